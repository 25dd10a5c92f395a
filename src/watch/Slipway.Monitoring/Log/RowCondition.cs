using System.Globalization;
using Slipway.Core.Names;
using Slipway.Datasets.Duck;
using Slipway.Monitoring.Log.Chunks;

namespace Slipway.Monitoring.Log;

/// <summary>What rows are looked for by.</summary>
/// <param name="Arrivals">When they arrived (UTC), both ends included: other chunks and files are not read.</param>
/// <param name="Version">The version that answered.</param>
/// <param name="Limit">The most ids that are wanted.</param>
internal sealed record RowCondition((DateTime From, DateTime To) Arrivals, VersionReference Version, int Limit)
{
    /// <summary>What the ids begin with.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>The run that answered them; null for any.</summary>
    public LoggedRun? Run { get; init; }

    /// <summary>The first microsecond of <see cref="Arrivals"/>.</summary>
    public long From => Microseconds.Of(Arrivals.From.Ticks);

    /// <summary>Their last microsecond.</summary>
    public long To => Microseconds.Of(Arrivals.To.Ticks);

    /// <summary>The same over the columns of Parquet files.</summary>
    public string Sql => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        epoch_us(arrived_at) between {From} and {To} and starts_with(prediction_id, {DuckText.Literal(Prefix)})
        and model = {DuckText.Literal(Version.Model)} and version = {DuckText.Literal(Version.Version.ToString())}
        {(Run is { } run ? string.Create(CultureInfo.InvariantCulture, $"and batch = {run.Number} and batch_rows = {run.Rows} and run_us = cast('{run.Microseconds:R}' as float)") : "")}
        """);

    /// <summary>True for a row that is looked for.</summary>
    public bool Holds(PredictionBatch batch, int row) =>
        batch.Source.Version == Version
        && batch.Arrivals[row] >= Arrivals.From.Ticks && batch.Arrivals[row] <= Arrivals.To.Ticks
        && (Run is not { } run || (batch.Calls is { } calls && run.Equals(new LoggedRun(calls.Batch[row], calls.BatchRows[row], calls.Run[row]))))
        && batch.Ids[row].StartsWith(Prefix, StringComparison.Ordinal);
}

/// <summary>A run that answered several calls, as the first row of each of them says.</summary>
/// <param name="Number">Its number, unique since the model was loaded.</param>
/// <param name="Rows">Its rows.</param>
/// <param name="Microseconds">Its time, by which runs with the same number of before and after a restart are told apart.</param>
internal readonly record struct LoggedRun(long Number, int Rows, float Microseconds);
