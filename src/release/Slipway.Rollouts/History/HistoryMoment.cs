using Slipway.Core.Errors;
using Slipway.Core.Text;
using Slipway.Core.Units;

namespace Slipway.Rollouts.History;

/// <summary>Reads the moments of the routes.</summary>
internal static class HistoryMoment
{
    /// <summary>The moment of a text; null for null.</summary>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.InvalidInput"/>: it is none.</exception>
    public static DateTimeOffset? Parse(string? text, string name) => text is null
        ? null
        : Moment.TryParse(text, out var moment) ? moment : throw new SlipwayException(ErrorKind.InvalidInput, $"{name} '{Excerpt.Of(text)}' is no moment. Write {Moment.Rule}.");
}
