using Slipway.Console.Reading;

namespace Slipway.Console.Components.Plots;

/// <summary>A mark in its row.</summary>
/// <param name="Mark">The mark.</param>
/// <param name="Place">0 at the beginning of the axis, 1 at its end.</param>
/// <param name="Label">What stands beside it, shortened.</param>
/// <param name="Fits">The narrowest width at which that hides no neighbour.</param>
public sealed record LaneMark(TimelineMark Mark, double Place, string Label, LabelFit Fits)
{
    /// <summary>True when the label stands before the mark, so that it stays inside the row.</summary>
    public bool IsBefore => Place > 0.5;
}

/// <summary>From which width on a label is shown.</summary>
public enum LabelFit
{
    /// <summary>On a phone too.</summary>
    Narrow,

    /// <summary>On a desk only.</summary>
    Wide,

    /// <summary>Nowhere: the mark's tooltip and the list have it.</summary>
    Nowhere,
}

/// <summary>Decides which marks of a row get their labels. A server does not know the browser's width, so it decides for two: a phone's and a desk's.</summary>
internal static class LaneLabels
{
    private const int Longest = 18;
    private const double CharacterPixels = 6.6;
    private const double MarkPixels = 16;
    private const double NarrowPixels = 230;
    private const double WidePixels = 740;

    /// <summary>The marks of one row, oldest first, with their labels.</summary>
    public static IReadOnlyList<LaneMark> Place(IReadOnlyList<TimelineMark> marks, TimeAxis axis)
    {
        var places = marks.Select(m => axis.Place(m.At)).ToList();
        var labels = marks.Select(m => m.Label.Length > Longest ? m.Label[..(Longest - 1)] + "…" : m.Label).ToList();
        var narrow = Shown(places, labels, NarrowPixels);
        var wide = Shown(places, labels, WidePixels);
        return [.. marks.Select((m, i) => new LaneMark(m, places[i], labels[i], narrow[i] ? LabelFit.Narrow : wide[i] ? LabelFit.Wide : LabelFit.Nowhere))];
    }

    // The newest first: when not all have room, what happened last matters most.
    private static bool[] Shown(List<double> places, List<string> labels, double width)
    {
        var shown = new bool[places.Count];
        var taken = places.Select(p => (Low: (p * width) - (MarkPixels / 2), High: (p * width) + (MarkPixels / 2))).ToList();
        for (var i = places.Count - 1; i >= 0; i--)
        {
            var (mark, size) = (places[i] * width, labels[i].Length * CharacterPixels);
            var (low, high) = places[i] > 0.5 ? (mark - (MarkPixels / 2) - size, mark - (MarkPixels / 2)) : (mark + (MarkPixels / 2), mark + (MarkPixels / 2) + size);
            var own = i;
            shown[i] = !taken.Where((_, other) => other != own).Any(t => t.Low < high && low < t.High);
            if (shown[i])
            {
                taken.Add((low, high));
            }
        }

        return shown;
    }
}
