using Slipway.Core.Errors;
using Slipway.Core.Units;

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

    /// <summary>What to watch. A file without the section is watched with the defaults.</summary>
    public MonitorSection Monitor { get; init; } = new();

    /// <summary>When to train again; null never does so by itself.</summary>
    public RetrainSection? Retrain { get; init; }

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

    /// <summary>The name that callers use: <c>deploy.name</c>, else the model's.</summary>
    public string DeploymentName() => Deploy?.Name ?? Model;
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
/// <param name="Champion">The comparison with the version that is live, or null.</param>
public sealed record ValidateSection(IReadOnlyList<MetricLimit> Performance, ChampionGate? Champion = null);

/// <summary>A new version must not be worse than the one that is live.</summary>
/// <param name="Metric">The metric to compare by.</param>
/// <param name="Margin">How much worse is still good: relative to the live version's value, or absolute in the metric's unit.</param>
public sealed record ChampionGate(string Metric, Margin Margin);

/// <summary>How much worse is still good: <c>2%</c> of the value it is compared with, or <c>0.5 pp</c>, points of its range or rate.</summary>
/// <param name="Value">A share: 0.02 and 0.005.</param>
/// <param name="Relative">True for <c>%</c>, false for <c>pp</c>.</param>
public sealed record Margin(double Value, bool Relative)
{
    /// <inheritdoc/>
    public override string ToString() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{(decimal)Value * 100:0.####}{(Relative ? "%" : " pp")}");
}

/// <summary>A limit such as <c>rmse: "&lt;= 60"</c>.</summary>
/// <param name="Metric">The metric's name: rmse, mae, mape, r2, accuracy, precision, recall, f1, auc, average_precision, log_loss, brier, ece, macro_f1, weighted_f1 …</param>
/// <param name="Operator"><c>&lt;</c>, <c>&lt;=</c>, <c>&gt;</c> or <c>&gt;=</c>.</param>
/// <param name="Value">The limit; percentages are stored as shares.</param>
/// <param name="Text">As written.</param>
public sealed record MetricLimit(string Metric, string Operator, double Value, string Text);

/// <summary>How to release.</summary>
public sealed record DeploySection
{
    /// <summary>The deployment's name; the model's unless the file gives one.</summary>
    public required string Name { get; init; }

    /// <summary>What a version needs before it may be deployed.</summary>
    public ApprovalPolicy Approval { get; init; } = ApprovalPolicy.Auto;

    /// <summary><c>immediate</c>, <c>blue-green</c> or <c>canary</c>.</summary>
    public string Strategy { get; init; } = "immediate";

    /// <summary>The canary's steps, in order; the step to 100 % follows the last by itself. Empty unless the strategy is <c>canary</c>.</summary>
    public IReadOnlyList<CanaryStep> Steps { get; init; } = [];

    /// <summary><c>no-harm</c> or <c>safe</c>: what a step below 100 % needs to pass.</summary>
    public string Advance { get; init; } = "no-harm";

    /// <summary>The probability of a wrong verdict, between 0 and 0.5.</summary>
    public double Alpha { get; init; } = 0.05;

    /// <summary>What the candidate must not make worse; at least one where there are steps.</summary>
    public IReadOnlyList<Guardrail> Guardrails { get; init; } = [];

    /// <summary>Inputs or segments of a request whose values are judged apart.</summary>
    public IReadOnlyList<string> Segments { get; init; } = [];

    /// <summary><c>hold</c>, <c>extend</c> or <c>rollback</c>: what happens when a step's time is over without a verdict.</summary>
    public string Inconclusive { get; init; } = "hold";
}

/// <summary>What a version needs before it may be deployed: <c>deploy.approval</c>. The defaults are those of <c>approval: required</c>.</summary>
public sealed record ApprovalPolicy
{
    /// <summary>The role that approves unless the file names others.</summary>
    public const string ApproverRole = "approver";

    /// <summary><c>auto</c>: passing its gates is enough, and the actor <c>policy</c> approves.</summary>
    public static ApprovalPolicy Auto { get; } = new() { Automatic = true };

    /// <summary><c>required</c>: one person approves. It holds for models that no project's file has spoken of, too.</summary>
    public static ApprovalPolicy Required { get; } = new();

    /// <summary>True where nobody needs to approve; the rest is of no meaning then.</summary>
    public bool Automatic { get; init; }

    /// <summary>How many different people must approve, 1 to 20.</summary>
    public int Approvers { get; init; } = 1;

    /// <summary>The roles whose approval counts, <c>approver</c> or <c>admin</c>; an admin's counts always.</summary>
    public IReadOnlyList<string> Roles { get; init; } = [ApproverRole];

    /// <summary>Whether who registered a version may approve it. Null: no, except while authentication is off, when nobody can be told from another.</summary>
    public bool? SelfReview { get; init; }

    /// <summary>Sections of <c>validate</c> whose gates must have passed.</summary>
    public IReadOnlyList<string> Gates { get; init; } = [];

    /// <summary>Documents that the version must have, such as <c>card</c>.</summary>
    public IReadOnlyList<string> Documents { get; init; } = [];

    /// <summary>How long an approval holds; null for ever. What is live then stays live.</summary>
    public TimeSpan? Expires { get; init; }

    /// <summary>True when who approves or rejects must say why.</summary>
    public bool CommentRequired { get; init; }

    /// <summary>How long a request waits until it is reminded of, and again each time.</summary>
    public TimeSpan Remind { get; init; } = TimeSpan.FromDays(1);

    /// <summary>What it asks for, in words that follow "it needs".</summary>
    public string Describe()
    {
        if (Automatic)
        {
            return "nobody's approval: a run of its project approves what passed its gates";
        }

        var people = Approvers == 1 ? "1 approval" : $"{Approvers} approvals";
        var parts = new List<string> { $"{people} of {string.Join(" or ", Roles.Append("admin").Distinct())}" };
        parts.AddRange(Gates.Select(gate => $"the gate {gate}"));
        parts.AddRange(Documents.Select(document => $"the document {document}"));
        if (Expires is { } expires)
        {
            parts.Add($"not older than {Duration.Format(expires)}");
        }

        if (CommentRequired)
        {
            parts.Add("each with a comment");
        }

        return string.Join(", ", parts);
    }
}

/// <summary>A step of a canary.</summary>
/// <param name="Weight">The share of requests that the candidate answers, between 0 and 1 exclusive.</param>
/// <param name="For">How long at most, in event time.</param>
public sealed record CanaryStep(double Weight, TimeSpan For);

/// <summary>What a candidate must not make worse.</summary>
/// <param name="Metric"><c>absolute_error</c> (regression), <c>accuracy</c> (classification) or <c>error_rate</c>.</param>
/// <param name="Margin">How much worse is still good.</param>
/// <param name="Low">The lowest value; what lies below is clipped. 0 for the two shares.</param>
/// <param name="High">The highest value. 1 for the two shares.</param>
public sealed record Guardrail(string Metric, Margin Margin, double Low, double High);

/// <summary>How to serve. The defaults are what a file without the section gets.</summary>
public sealed record ServeSection
{
    /// <summary>The most rows that are run together.</summary>
    public int MaxSize { get; init; } = 64;

    /// <summary>How long requests wait for more; zero takes only what waits already.</summary>
    public TimeSpan MaxDelay { get; init; }

    /// <summary>Sizes, in rows, at which a batch is sent without waiting for more; ascending.</summary>
    public IReadOnlyList<int> PreferredSizes { get; init; } = [];

    /// <summary>The most requests that wait.</summary>
    public int Queue { get; init; } = 1024;

    /// <summary>The longest a request waits for its turn; null for the server's own limit.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Runs at the same time; null lets the server decide.</summary>
    public int? Instances { get; init; }

    /// <summary>Threads of one run; null lets the server decide.</summary>
    public int? Threads { get; init; }

    /// <summary>How long an answer is kept for equal inputs; null keeps none.</summary>
    public TimeSpan? CacheFor { get; init; }

    /// <summary>The most bytes of kept answers.</summary>
    public long CacheBytes { get; init; } = 64L << 20;

    /// <summary>Where the model runs: <c>cpu</c>, or <c>cuda:0</c>.</summary>
    public string Device { get; init; } = "cpu";
}

/// <summary>What to watch, and whom to tell. The defaults are what a file without the section gets.</summary>
public sealed record MonitorSection
{
    /// <summary>The time over which is judged, in event time.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromDays(1);

    /// <summary>The population stability index above which a column has drifted.</summary>
    public double Psi { get; init; } = 0.25;

    /// <summary>The divergence (nats) above which a column has drifted.</summary>
    public double Kl { get; init; } = 0.1;

    /// <summary>The metric of quality to watch; null takes the task's first: rmse, accuracy.</summary>
    public string? Metric { get; init; }

    /// <summary>How much worse than the baseline the metric may become, relative.</summary>
    public double Degradation { get; init; } = 0.05;

    /// <summary>Upper limits on percentiles (0.5, 0.95, 0.99) of the time of an answer.</summary>
    public IReadOnlyList<LatencyLimit> Latency { get; init; } = [];

    /// <summary>The share of requests that may fail.</summary>
    public double Errors { get; init; } = 0.01;

    /// <summary>Whom to tell: <c>log</c>, or <c>webhook:</c> and an address.</summary>
    public IReadOnlyList<string> Notify { get; init; } = ["log"];

    /// <summary>What the prediction log records.</summary>
    public LogSection Log { get; init; } = new(null, []);
}

/// <summary>What the prediction log records of a deployment.</summary>
/// <param name="Sample">The share of answered requests, from 0 (nothing at all) to 1; null takes the server's.</param>
/// <param name="Redact">What is never recorded, besides what the server names: inputs, outputs, <c>segment:</c> and a name, or <c>sticky_key</c>.</param>
public sealed record LogSection(double? Sample, IReadOnlyList<string> Redact);

/// <summary>An upper limit on a percentile of the time of an answer.</summary>
/// <param name="Quantile">0.5, 0.95 or 0.99.</param>
/// <param name="Limit">The limit.</param>
/// <param name="Text">As written.</param>
public sealed record LatencyLimit(double Quantile, TimeSpan Limit, string Text);

/// <summary>When to train again.</summary>
public sealed record RetrainSection
{
    /// <summary>True when all conditions must hold together, false when one is enough.</summary>
    public bool All { get; init; }

    /// <summary>A cron expression of five fields (UTC, event time), or null.</summary>
    public string? Schedule { get; init; }

    /// <summary>True when drifted inputs are a condition.</summary>
    public bool Drift { get; init; }

    /// <summary>True when lost quality is a condition.</summary>
    public bool Performance { get; init; }

    /// <summary>How many labels must have arrived since the last training, or null.</summary>
    public int? NewLabels { get; init; }

    /// <summary>The shortest time between two retrainings, in event time.</summary>
    public TimeSpan Cooldown { get; init; } = TimeSpan.FromDays(1);

    /// <summary>The strategy of the release that follows; null takes <see cref="DeploySection.Strategy"/>.</summary>
    public string? Then { get; init; }
}

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
