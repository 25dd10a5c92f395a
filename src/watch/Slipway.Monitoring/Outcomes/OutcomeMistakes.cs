using System.Globalization;
using Slipway.Core.Errors;
using Slipway.Core.Text;
using Slipway.Serving;

namespace Slipway.Monitoring.Outcomes;

/// <summary>The rules of one outcome, whatever format it came in. Gathers the first rows that break them, to be named together.</summary>
/// <param name="place">Names the place of a row by its number.</param>
internal sealed class OutcomeMistakes(Func<int, string> place)
{
    private const int MaxId = 1024;
    private const int MaxLabel = 1000;
    private const int Named = 10;

    private readonly List<string> _mistakes = [];
    private readonly RowFields _fields = new();

    /// <summary>True when there are enough of them: reading on would only make the list longer.</summary>
    public bool Enough => _mistakes.Count == Named;

    /// <summary>Adds a mistake in a row.</summary>
    public void Add(int row, string what) => _mistakes.Add($"{place(row)}: {what}");

    /// <summary>The outcome, or null after adding what is wrong with it. A null text was not given.</summary>
    public Outcome? Check(int row, string? id, string? label, string? time)
    {
        var what = id switch
        {
            null => "id is missing. It is the prediction's id.",
            "" => "id is empty. It is the prediction's id.",
            { Length: > MaxId } => $"id has {id.Length} characters; at most {MaxId} are taken.",
            _ => label switch
            {
                null => "label is missing. It is a number, a text, true or false.",
                "" => "label is empty. It is a number, a text, true or false.",
                { Length: > MaxLabel } => $"label has {label.Length} characters; at most {MaxLabel} are taken.",
                _ => null,
            },
        };

        if (what is not null)
        {
            Add(row, what);
            return null;
        }

        if (time is null)
        {
            return new Outcome(id!, label!, null);
        }

        try
        {
            // The same formats as event_time of a prediction.
            _fields.SetEventTimes([time]);
            return new Outcome(id!, label!, _fields.EventTimes[0]);
        }
        catch (SlipwayException)
        {
            Add(row, $"time '{Excerpt.Of(time, 40)}' is not a time. Write it as ISO 8601, for example 2012-05-03T14:00:00Z.");
            return null;
        }
    }

    /// <summary>Refuses all when there was a mistake.</summary>
    public void ThrowIfAny()
    {
        if (_mistakes.Count > 0)
        {
            var many = Enough ? "At least " : "";
            var rows = _mistakes.Count == 1 ? "1 outcome is wrong" : $"{_mistakes.Count.ToString(CultureInfo.InvariantCulture)} outcomes are wrong";
            throw new SlipwayException(ErrorKind.InvalidInput, $"{many}{rows}, so none was kept. {_mistakes[0]}") { Details = [.. _mistakes] };
        }
    }

    /// <summary>The error of too many rows.</summary>
    public static SlipwayException TooMany(int max) => new(
        ErrorKind.TooLarge, $"The request has more than {max} outcomes, which is the most that is taken at once. Send them in several requests.");
}
