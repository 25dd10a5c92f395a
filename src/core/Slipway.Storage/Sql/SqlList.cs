using System.Globalization;

namespace Slipway.Storage.Sql;

/// <summary>Lists in SQL. They are part of the text, numbers by their digits and texts by a parameter each, since databases differ in how they take a list as a parameter.</summary>
public static class SqlList
{
    /// <summary>Numbers in parentheses, as what follows an <c>in</c>; none hold nothing.</summary>
    public static string Of(IEnumerable<long> numbers) =>
        string.Join(", ", numbers.Select(number => number.ToString(CultureInfo.InvariantCulture))) is { Length: > 0 } list ? $"({list})" : "(null)";

    /// <summary>Texts: what follows an <c>in</c> (none hold nothing), and the parameters with them and with the statement's others.</summary>
    public static (string List, Dictionary<string, object> Parameters) OfTexts(IReadOnlyList<string> texts, params ReadOnlySpan<(string Name, object Value)> others)
    {
        var parameters = texts.Index().ToDictionary(text => $"text{text.Index}", text => (object)text.Item);
        var list = parameters.Count > 0 ? $"({string.Join(", ", parameters.Keys.Select(name => $"@{name}"))})" : "(null)";
        foreach (var (name, value) in others)
        {
            parameters.Add(name, value);
        }

        return (list, parameters);
    }
}
