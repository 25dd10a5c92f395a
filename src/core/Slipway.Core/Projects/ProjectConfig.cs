using Slipway.Core.Errors;

namespace Slipway.Core.Projects;

/// <summary>
/// What one <c>slipway.yaml</c> says, read and checked. Sections stand in the order of the lifecycle; a section that was left out is null, a
/// setting that was left out has its default. Sections that this version cannot do yet are parsed and checked too, and then refused by <see cref="NotAvailable"/>.
/// </summary>
public sealed record ProjectConfig
{
    /// <summary>The model's name.</summary>
    public required string Model { get; init; }

    /// <summary>What it is for, for people.</summary>
    public string? Description { get; init; }

    /// <summary>Who answers for it.</summary>
    public string? Owner { get; init; }

    /// <summary>A finished model file or folder, relative to the project; excludes <see cref="Train"/>.</summary>
    public string? Artifact { get; init; }

    /// <summary>Where the data comes from.</summary>
    public DataSection? Data { get; init; }

    /// <summary>How to train.</summary>
    public TrainSection? Train { get; init; }

    /// <summary>How to judge.</summary>
    public ValidateSection? Validate { get; init; }

    /// <summary>How to release. A file without the section gets the defaults: the model's name, approved automatically, at once.</summary>
    public DeploySection? Deploy { get; init; }

    /// <summary>How to serve.</summary>
    public ServeSection? Serve { get; init; }

    /// <summary>Paths of keys that were set but are not built yet, each with its place; <c>apply</c> refuses them, saying "not available yet".</summary>
    public IReadOnlyList<ConfigProblem> NotAvailable { get; init; } = [];

    /// <summary>Refuses the project when <see cref="NotAvailable"/> names anything. What was asked for is never ignored.</summary>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.NotAvailable"/> with one detail a key.</exception>
    public void ThrowIfNotAvailable()
    {
        if (NotAvailable.Count > 0)
        {
            var count = NotAvailable.Count == 1 ? "1 setting that is" : $"{NotAvailable.Count} settings that are";
            throw new SlipwayException(ErrorKind.NotAvailable, $"{NotAvailable[0].File} has {count} not available yet:")
            {
                Details = [.. NotAvailable.Select(p => p.ToString())],
            };
        }
    }
}

/// <summary>Where the data comes from.</summary>
/// <param name="Sql">DuckDB SQL.</param>
/// <param name="Time">The column with the event time, or null.</param>
/// <param name="Label">The column to learn, or null.</param>
/// <param name="Segments">Columns whose values are judged apart.</param>
/// <param name="SqlLine">The line of the yaml on which the SQL's first line stands (1-based), for error messages.</param>
public sealed record DataSection(string Sql, string? Time, string? Label, IReadOnlyList<string> Segments, int SqlLine);

/// <summary>How to train.</summary>
public sealed record TrainSection
{
    /// <summary><c>regression</c>, <c>binary</c> or <c>multiclass</c>.</summary>
    public required string Task { get; init; }

    /// <summary><c>lightgbm</c>, or null when <see cref="Command"/> is given.</summary>
    public string? Algorithm { get; init; }

    /// <summary>A program and its arguments that writes a model file and a metrics file; empty when <see cref="Algorithm"/> is given.</summary>
    public IReadOnlyList<string> Command { get; init; } = [];

    /// <summary>How long the command may take.</summary>
    public TimeSpan CommandTimeout { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Parameters of the algorithm by LightGBM's names, as invariant text (<c>num_leaves</c> → <c>63</c>). <c>rounds</c>, <c>threads</c> and <c>seed</c> stand apart.</summary>
    public IReadOnlyDictionary<string, string> Parameters { get; init; } = new Dictionary<string, string>();

    /// <summary>Boosting rounds.</summary>
    public int Rounds { get; init; } = 200;

    /// <summary>Threads of the training. Part of the recipe: trees change with it. Never the machine's count.</summary>
    public int Threads { get; init; } = 2;

    /// <summary>The seed of everything random. Part of the recipe.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>A search over parameters, or null.</summary>
    public SearchSection? Search { get; init; }

    /// <summary>How rows are held out.</summary>
    public SplitSection Split { get; init; } = new(null, 0.2);
}

/// <summary>A random search over parameters.</summary>
/// <param name="Trials">How many combinations to try.</param>
/// <param name="Ranges">Lowest and highest value by parameter; both whole numbers make it a whole-number parameter; a highest ten times the lowest or more is searched on a log scale.</param>
public sealed record SearchSection(int Trials, IReadOnlyDictionary<string, SearchRange> Ranges);

/// <summary>The range of a searched parameter, inclusive.</summary>
public sealed record SearchRange(double Low, double High, bool Integer);

/// <summary>How rows are held out for the test.</summary>
/// <param name="By"><c>time</c> (the last rows), <c>random</c>, or null: <c>time</c> when the data has a time column, else <c>random</c>.</param>
/// <param name="Test">The share held out, between 0 and 1 exclusive.</param>
public sealed record SplitSection(string? By, double Test);

/// <summary>How to judge.</summary>
/// <param name="Performance">Limits by metric, in the yaml's order.</param>
public sealed record ValidateSection(IReadOnlyList<MetricLimit> Performance);

/// <summary>A limit such as <c>rmse: "&lt;= 60"</c>.</summary>
/// <param name="Metric">The metric's name: rmse, mae, mape, r2, accuracy, precision, recall, f1, auc, average_precision, log_loss, brier, ece, macro_f1, weighted_f1 …</param>
/// <param name="Operator"><c>&lt;</c>, <c>&lt;=</c>, <c>&gt;</c> or <c>&gt;=</c>.</param>
/// <param name="Value">The limit; percentages are stored as shares.</param>
/// <param name="Text">As written.</param>
public sealed record MetricLimit(string Metric, string Operator, double Value, string Text);

/// <summary>How to release.</summary>
/// <param name="Name">The deployment's name; a file that gives none gets the model's, null takes it too.</param>
/// <param name="Approval"><c>auto</c> or <c>required</c>.</param>
/// <param name="Strategy"><c>immediate</c> is the only one available yet.</param>
public sealed record DeploySection(string? Name, string Approval, string Strategy);

/// <summary>How to serve.</summary>
/// <param name="Timeout">The longest a request may take.</param>
public sealed record ServeSection(TimeSpan? Timeout);

/// <summary>One mistake in a file, with its place.</summary>
/// <param name="File">The file's name as the user gave it.</param>
/// <param name="Line">1-based.</param>
/// <param name="Column">1-based.</param>
/// <param name="Key">The path of the key: <c>train.parameters.num_leaves</c>; empty when the mistake is the yaml itself.</param>
/// <param name="Message">What is wrong and what is allowed.</param>
public sealed record ConfigProblem(string File, int Line, int Column, string Key, string Message)
{
    /// <inheritdoc/>
    public override string ToString() => Key.Length == 0 ? $"{File}({Line},{Column}): {Message}" : $"{File}({Line},{Column}): {Key}: {Message}";
}
