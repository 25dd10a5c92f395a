using Slipway.Core.Errors;
using Slipway.Monitoring.Outcomes;

namespace Slipway.Monitoring;

/// <summary>Settings of monitoring, under <c>monitoring</c> in the server's settings.</summary>
public sealed record MonitoringOptions
{
    /// <summary>The prediction log.</summary>
    public PredictionLogOptions Log { get; init; } = new();

    /// <summary>Outcomes.</summary>
    public OutcomesOptions Outcomes { get; init; } = new();

    /// <summary>Returns these options, or throws one error that names every setting out of bounds.</summary>
    public MonitoringOptions Check()
    {
        var problems = Log.Problems();
        return problems.Count == 0
            ? this
            : throw new SlipwayException(ErrorKind.InvalidInput, string.Join(" ", problems)) { Details = problems };
    }
}

/// <summary>Bounds of the prediction log, under <c>monitoring.log</c>.</summary>
public sealed record PredictionLogOptions
{
    /// <summary>Rows that may wait to be written. When it is full the newest are dropped and counted: a request never waits for the log.</summary>
    public int CapacityRows { get; init; } = 65_536;

    /// <summary>Memory that waiting rows may take, in megabytes: a row of an image model is a thousand times one of a table.</summary>
    public int CapacityMegabytes { get; init; } = 64;

    /// <summary>How often waiting rows are written. At most this much is missing after a kill.</summary>
    public TimeSpan Tick { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Rows after which a chunk is finished and becomes Parquet.</summary>
    public int ChunkRows { get; init; } = 250_000;

    /// <summary>Size after which a chunk is finished, in megabytes.</summary>
    public int ChunkMegabytes { get; init; } = 64;

    /// <summary>Age after which a chunk is finished.</summary>
    public TimeSpan ChunkAge { get; init; } = TimeSpan.FromHours(1);

    /// <summary>
    /// Disk that finished chunks may take until they are Parquet, in megabytes. Beyond it the newest rows are dropped and counted: where a machine has no time left to convert them, the disk would
    /// fill with what nobody has room to read.
    /// </summary>
    public int BacklogMegabytes { get; init; } = 1024;

    /// <summary>The share of answered calls that is recorded, failed ones besides, unless the deployment's project has another; 0 records nothing.</summary>
    public double Sample { get; init; } = 1;

    /// <summary>What is recorded of no deployment: names of inputs and outputs, <c>segment:NAME</c>, <c>sticky_key</c>.</summary>
    public IReadOnlyList<string> Redact { get; init; } = [];

    internal List<string> Problems()
    {
        var problems = new List<string>();
        Require(CapacityRows is >= 1 and <= 10_000_000, nameof(CapacityRows), "1 to 10000000");
        Require(CapacityMegabytes is >= 1 and <= 65_536, nameof(CapacityMegabytes), "1 to 65536");
        Require(Tick >= TimeSpan.FromMilliseconds(10) && Tick <= TimeSpan.FromMilliseconds(250), nameof(Tick), "10 ms to 250 ms");
        Require(ChunkRows is >= 1 and <= 10_000_000, nameof(ChunkRows), "1 to 10000000");
        Require(ChunkMegabytes is >= 1 and <= 1024, nameof(ChunkMegabytes), "1 to 1024");
        Require(ChunkAge >= TimeSpan.FromSeconds(1) && ChunkAge <= TimeSpan.FromDays(1), nameof(ChunkAge), "1 s to 1 day");
        Require(BacklogMegabytes is >= 1 and <= 1_048_576, nameof(BacklogMegabytes), "1 to 1048576");
        Require(Sample is >= 0 and <= 1, nameof(Sample), "0 to 1");
        Require(Redact.All(name => !string.IsNullOrWhiteSpace(name)), nameof(Redact), "names");
        return problems;

        void Require(bool good, string name, string allowed)
        {
            if (!good)
            {
                problems.Add($"monitoring.log.{char.ToLowerInvariant(name[0])}{name[1..]} must be {allowed}.");
            }
        }
    }
}
