using System.Globalization;

namespace Slipway.Storage.Sql;

/// <summary>Lists of numbers in SQL. They are part of the text, since databases differ in how they take a list as a parameter; an empty one holds nothing.</summary>
public static class SqlList
{
    /// <summary>Numbers in parentheses, as what follows an <c>in</c>.</summary>
    public static string Of(IEnumerable<long> numbers) =>
        string.Join(", ", numbers.Select(number => number.ToString(CultureInfo.InvariantCulture))) is { Length: > 0 } list ? $"({list})" : "(null)";
}
