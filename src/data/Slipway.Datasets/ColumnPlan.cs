using System.Globalization;
using Slipway.Core.Errors;
using Slipway.Datasets.Duck;

namespace Slipway.Datasets;

/// <summary>
/// How a column of a query is kept and read. Kept: NaN and infinite times become missing, types that Parquet cannot hold or that say no more than text become plain ones.
/// </summary>
/// <param name="Name">The column's name.</param>
/// <param name="Type">DuckDB's type.</param>
/// <param name="Kind">How Slipway treats it.</param>
internal sealed record ColumnPlan(string Name, string Type, ColumnKind Kind)
{
    /// <summary>The most columns of a dataset.</summary>
    public const int MaxColumns = 5_000;

    private static readonly HashSet<string> Numbers =
    [
        "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "HUGEINT", "UHUGEINT", "FLOAT", "DOUBLE", "BOOLEAN",
    ];

    private static readonly HashSet<string> Times = ["DATE", "TIME", "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS", "TIMESTAMP WITH TIME ZONE"];

    /// <summary>True for FLOAT and DOUBLE, which may hold NaN and infinities.</summary>
    public bool IsFloating => Type is "FLOAT" or "DOUBLE";

    /// <summary>The name, quoted.</summary>
    public string Quoted => DuckText.Name(Name);

    /// <summary>The expression that a snapshot keeps.</summary>
    public string Kept => $"{KeptValue} as {Quoted}";

    /// <summary>The expression that is read into memory: DOUBLE, VARCHAR, or microseconds since 1970 as BIGINT.</summary>
    public string Read => Kind switch
    {
        ColumnKind.Number => $"({KeptValue})::double as {Quoted}",
        ColumnKind.Text => $"({KeptValue})::varchar as {Quoted}",
        _ => $"epoch_us({KeptValue}) as {Quoted}",
    };

    /// <summary>The condition of a time column that its value lies before a moment; missing values do not.</summary>
    public string Before(DateTimeOffset moment)
    {
        var type = Type == "TIMESTAMP WITH TIME ZONE" ? "timestamptz" : "timestamp";
        return string.Create(CultureInfo.InvariantCulture, $"({KeptValue}) < {type} '{moment.UtcDateTime:yyyy-MM-dd HH:mm:ss.ffffff}'");
    }

    private string KeptValue => Type switch
    {
        "FLOAT" or "DOUBLE" => $"case when not isnan({Quoted}) then {Quoted} end",
        "HUGEINT" or "UHUGEINT" => $"{Quoted}::double",
        "TIMESTAMP_S" or "TIMESTAMP_MS" or "TIMESTAMP_NS" => $"case when isfinite({Quoted}::timestamp) then {Quoted}::timestamp end",
        "DATE" or "TIMESTAMP" or "TIMESTAMP WITH TIME ZONE" => $"case when isfinite({Quoted}) then {Quoted} end",
        _ when Kind == ColumnKind.Text && Type != "VARCHAR" => $"{Quoted}::varchar",
        _ => Quoted,
    };

    /// <summary>Plans the columns of a result, or says which of them cannot be used.</summary>
    public static IReadOnlyList<ColumnPlan> Of(DatasetQuery query, IReadOnlyList<(string Name, string Type)> columns)
    {
        if (columns.Count > MaxColumns)
        {
            throw new SlipwayException(ErrorKind.TooLarge, $"The SQL of {query.Name} yields {columns.Count} columns; {MaxColumns} are allowed. Select those that are needed.");
        }

        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var plans = new List<ColumnPlan>(columns.Count);
        foreach (var (name, type) in columns)
        {
            if (!seen.Add(name))
            {
                throw new SlipwayException(ErrorKind.InvalidInput, $"The SQL of {query.Name} yields two columns named '{name}' (case does not count). Rename one with `as`.");
            }

            plans.Add(new ColumnPlan(name, type, KindOf(query, name, type)));
        }

        return plans;
    }

    /// <summary>How Slipway treats a type of DuckDB's, or null when it does not.</summary>
    public static ColumnKind? FindKind(string type) => type switch
    {
        _ when type.EndsWith(']') => null,
        _ when Numbers.Contains(type) || type.StartsWith("DECIMAL(", StringComparison.Ordinal) => ColumnKind.Number,
        _ when Times.Contains(type) => ColumnKind.Time,
        "VARCHAR" or "UUID" or "JSON" => ColumnKind.Text,
        _ when type.StartsWith("ENUM(", StringComparison.Ordinal) => ColumnKind.Text,
        _ => null,
    };

    private static ColumnKind KindOf(DatasetQuery query, string name, string type)
    {
        return FindKind(type) ?? throw (type switch
        {
            _ when type.EndsWith(']') || type.StartsWith("STRUCT(", StringComparison.Ordinal) || type.StartsWith("MAP(", StringComparison.Ordinal) =>
                Refuse(name, "nested values; take it apart, for example with unnest or struct fields"),
            "BLOB" => Refuse(name, "bytes; leave it out, or turn it into text or numbers"),
            _ => Refuse(name, "values that are neither number, text nor time; cast it to one of these"),
        });

        SlipwayException Refuse(string column, string why) =>
            new(ErrorKind.InvalidInput, $"The column '{column}' of {query.Name} has the type {(type.Length > 60 ? type[..60] + "…" : type)}: {why}.");
    }
}
