using Slipway.Core.Names;

namespace Slipway.Monitoring.Log;

/// <summary>
/// Rows of one source, column by column, in the order in which they were answered. What a chunk of the log holds as one record batch, and what profiles and joins are fed with.
/// </summary>
internal sealed record PredictionBatch
{
    /// <summary>Who answered.</summary>
    public required PredictionSource Source { get; init; }

    /// <summary>The number of rows: predictions, and one row for each failed call.</summary>
    public required int Rows { get; init; }

    /// <summary>Prediction ids.</summary>
    public required IdColumn Ids { get; init; }

    /// <summary>When the rows happened, UTC ticks.</summary>
    public required long[] EventTimes { get; init; }

    /// <summary>When they arrived, UTC ticks.</summary>
    public required long[] Arrivals { get; init; }

    /// <summary>Milliseconds of the call, on its first row; NaN on its others, so that a call counts once.</summary>
    public required double[] Milliseconds { get; init; }

    /// <summary>Where the time went; null in what was written before the log knew it.</summary>
    public CallColumns? Calls { get; init; }

    /// <summary>True for the row of a call that failed by the server's or the version's fault; such a row has no inputs and outputs. Callers' mistakes are not recorded.</summary>
    public required bool[] Failed { get; init; }

    /// <summary>Why failed calls failed; null for a row that was answered. Null altogether where no row says why.</summary>
    public string?[]? Errors { get; init; }

    /// <summary>Sticky keys; null where there is none.</summary>
    public required string?[] Keys { get; init; }

    /// <summary>The hash of the randomised unit; 0 for a row that was not randomised (no rollout, a pinned version, another row of the same request).</summary>
    public required ulong[] Units { get; init; }

    /// <summary>Segments that callers named; a value is null where a row has none.</summary>
    public required IReadOnlyDictionary<string, string?[]> Segments { get; init; }

    /// <summary>Inputs in the signature's order.</summary>
    public required IReadOnlyList<LoggedColumn> Inputs { get; init; }

    /// <summary>Outputs in the signature's order.</summary>
    public required IReadOnlyList<LoggedColumn> Outputs { get; init; }
}

/// <summary>Where predictions came from. Equal sources share a batch.</summary>
/// <param name="Deployment">The deployment.</param>
/// <param name="Version">The version that answered.</param>
/// <param name="Role"><c>stable</c>, <c>candidate</c> or <c>previous</c>.</param>
/// <param name="Rollout">The rollout that was under way, or null.</param>
/// <param name="Weight">The candidate's weight in force; 0 without a rollout.</param>
/// <param name="Share">The share of its answered calls that was recorded; failed ones all were.</param>
internal sealed record PredictionSource(string Deployment, VersionReference Version, string Role, string? Rollout, double Weight, double Share = 1);

/// <summary>The values of one input or output: numbers, texts, or vectors of more than one element a row.</summary>
/// <param name="Name">The name in the signature.</param>
internal abstract record LoggedColumn(string Name);

/// <summary>One number a row; NaN is missing. Booleans are 0 and 1.</summary>
internal sealed record NumberValues(string Name, double[] Values) : LoggedColumn(Name);

/// <summary>One text a row; null is missing.</summary>
internal sealed record TextValues(string Name, string?[] Values) : LoggedColumn(Name);

/// <summary>Several numbers a row; null is missing.</summary>
internal sealed record VectorValues(string Name, double[]?[] Values) : LoggedColumn(Name);

/// <summary>Rows of more than 1 024 elements: what is kept of each. Null is missing.</summary>
internal sealed record DigestValues(string Name, TensorDigest?[] Values) : LoggedColumn(Name);

/// <summary>What is kept of a large tensor.</summary>
/// <param name="Sha256">SHA-256 of its bytes, 64 hexadecimal digits.</param>
/// <param name="Shape">The row's dimensions.</param>
/// <param name="Min">The smallest element.</param>
/// <param name="Max">The largest.</param>
/// <param name="Mean">Their mean.</param>
internal sealed record TensorDigest(string Sha256, long[] Shape, double Min, double Max, double Mean);
