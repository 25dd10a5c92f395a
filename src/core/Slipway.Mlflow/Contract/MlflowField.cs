namespace Slipway.Mlflow.Contract;

/// <summary>One field of a message.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type"><c>string</c>, <c>int64</c>, <c>double</c>, <c>bool</c>, <c>map</c> (texts by keys), <c>any</c>, or the name of a message.</param>
/// <param name="IsList">True for a list of them.</param>
/// <param name="IsRequired">True where the call is refused without it.</param>
public sealed record MlflowField(string Name, string Type, bool IsList, bool IsRequired)
{
    /// <summary>Reads fields that are written as <c>run_id! key value:double step:int64 tags:Tag[]</c>: a text unless a type stands behind a colon, <c>[]</c> for a list, <c>!</c> for what must be there.</summary>
    public static IReadOnlyList<MlflowField> ListOf(string fields) => [.. fields.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Of)];

    private static MlflowField Of(string field)
    {
        var isRequired = field.EndsWith('!');
        var told = isRequired ? field[..^1] : field;
        var isList = told.EndsWith("[]", StringComparison.Ordinal);
        var parts = (isList ? told[..^2] : told).Split(':');
        return new MlflowField(parts[0], parts.Length > 1 ? parts[1] : "string", isList, isRequired);
    }
}
