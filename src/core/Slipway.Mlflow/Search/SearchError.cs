using System.Globalization;
using Slipway.Core.Errors;
using Slipway.Core.Text;

namespace Slipway.Mlflow.Search;

/// <summary>What is wrong with a search, as a sentence that names the place.</summary>
public static class SearchError
{
    private const int Shown = 60;

    /// <summary>A mistake in the whole.</summary>
    public static SlipwayException Of(string what) => new(ErrorKind.InvalidInput, what);

    /// <summary>A mistake at a place of a text.</summary>
    /// <param name="text">Which text: <c>filter</c>, <c>order_by</c>.</param>
    /// <param name="position">Where; the first character is 1.</param>
    /// <param name="what">The sentence.</param>
    public static SlipwayException At(string text, int position, string what) =>
        Of(string.Create(CultureInfo.InvariantCulture, $"Invalid {text} at position {position}: {what}"));

    /// <summary>A piece of a filter as messages show it.</summary>
    internal static string Show(Token token) => token.Kind == TokenKind.End ? "the end" : Show(token.Text);

    /// <summary>A text that a caller wrote, as messages show it.</summary>
    public static string Show(string text) => $"'{Excerpt.Of(text, Shown)}'";
}
