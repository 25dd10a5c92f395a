using Slipway.Tracking.Reading;

namespace Slipway.Console.Reading;

/// <summary>A column of a table of runs, as addresses name it: <c>metrics.rmse</c>, <c>params.lr</c>, <c>tags.team</c>, or one of a run's own such as <c>end_time</c>.</summary>
/// <param name="Name">The name in addresses.</param>
/// <param name="Value">The value that it shows; null for one of a run's own.</param>
public sealed record RunColumn(string Name, RunValueName? Value)
{
    /// <summary>The run's name; it is always there.</summary>
    public static readonly RunColumn RunName = new("run_name", null);

    /// <summary>When a run began; it is always there.</summary>
    public static readonly RunColumn Started = new("start_time", null);

    /// <summary>How a run stands; it is always there.</summary>
    public static readonly RunColumn Status = new("status", null);

    /// <summary>When a run ended.</summary>
    public static readonly RunColumn Ended = new("end_time", null);

    /// <summary>Who began a run.</summary>
    public static readonly RunColumn User = new("user_id", null);

    private static readonly (string Prefix, RunValueKind Kind)[] Prefixes = [("metrics.", RunValueKind.Metric), ("params.", RunValueKind.Parameter), ("tags.", RunValueKind.Tag)];

    /// <summary>A run's own columns that may be chosen.</summary>
    public static IReadOnlyList<RunColumn> Own { get; } = [User, Ended];

    /// <summary>What stands above the column.</summary>
    public string Title => Value?.Key ?? Name switch
    {
        "run_name" => "Run",
        "start_time" => "Started",
        "status" => "Status",
        "end_time" => "Ended",
        "user_id" => "User",
        _ => Name,
    };

    /// <summary>What it is, for who cannot tell by the title.</summary>
    public string Kind => Value?.Kind switch
    {
        RunValueKind.Metric => "metric",
        RunValueKind.Parameter => "parameter",
        RunValueKind.Tag => "tag",
        _ => "of the run",
    };

    /// <summary>True where the largest is what people look for first.</summary>
    public bool IsDescendingFirst => Value?.Kind == RunValueKind.Metric || this == Started || this == Ended;

    /// <summary>The column in MLflow's grammar, its key in quotes. What is no column is handed on as it is, for the search to say what is wrong.</summary>
    public string ToGrammar() => Value is { } value ? $"{Prefixes.First(p => p.Kind == value.Kind).Prefix}`{value.Key.Replace("`", "``", StringComparison.Ordinal)}`" : Name;

    /// <summary>The column of a value.</summary>
    public static RunColumn Of(RunValueKind kind, string key) => new(Prefixes.First(p => p.Kind == kind).Prefix + key, new RunValueName(kind, key));

    /// <summary>The column of a name; one without a value where the name is of no value.</summary>
    public static RunColumn Read(string name)
    {
        var (prefix, kind) = Array.Find(Prefixes, p => name.StartsWith(p.Prefix, StringComparison.Ordinal) && name.Length > p.Prefix.Length);
        return new RunColumn(name, prefix is null ? null : new RunValueName(kind, name[prefix.Length..]));
    }
}
