using Slipway.Console.Reading;

namespace Slipway.Console.Components.Plots;

/// <summary>How kinds of marks look: every kind has its own name, stroke and sign, so that colour is not needed to tell them apart.</summary>
internal static class EventStyle
{
    /// <summary>The kinds in the order of their rows.</summary>
    public static readonly IReadOnlyList<MarkKind> Kinds = [MarkKind.Release, MarkKind.Rollout, MarkKind.Decision, MarkKind.Alert, MarkKind.Training];

    // More lines than these hide what they cross.
    private const int MostLines = 24;

    private static readonly MarkKind[] ByWeight = [MarkKind.Release, MarkKind.Decision, MarkKind.Training, MarkKind.Alert, MarkKind.Rollout];

    /// <summary>The marks that cross the plots: all of them, or where they are many only the kinds that matter most. The rows above the plots always have all.</summary>
    public static IReadOnlyList<TimelineMark> Crossing(IReadOnlyList<TimelineMark> marks, TimeAxis axis)
    {
        var crossing = new List<TimelineMark>();
        foreach (var kind in ByWeight)
        {
            var more = marks.Where(m => m.Kind == kind && axis.Holds(m.At)).ToList();
            if (crossing.Count + more.Count > MostLines)
            {
                break;
            }

            crossing.AddRange(more);
        }

        return crossing;
    }

    /// <summary>The kind's name as a class: <c>release</c>.</summary>
    public static string Class(MarkKind kind) => kind switch
    {
        MarkKind.Release => "release",
        MarkKind.Rollout => "rollout",
        MarkKind.Decision => "decision",
        MarkKind.Alert => "alert",
        _ => "training",
    };

    /// <summary>What one mark of the kind says, for the explanation.</summary>
    public static string Meaning(MarkKind kind) => kind switch
    {
        MarkKind.Release => "another version answers everybody",
        MarkKind.Rollout => "a candidate's share begins or grows",
        MarkKind.Decision => "a rollout is promoted, taken back or held",
        MarkKind.Alert => "a limit is passed, as long as the bar",
        _ => "a version is trained",
    };
}
