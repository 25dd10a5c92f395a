using Slipway.Core.Errors;

namespace Slipway.Datasets;

/// <summary>Bounds of the work with data, under <c>datasets</c> in the server's settings. A query that passes one is refused by name, the server never grows.</summary>
public sealed record DatasetsOptions
{
    /// <summary>Memory that one query may take before it uses the disk, in megabytes.</summary>
    public int MemoryMegabytes { get; init; } = 1024;

    /// <summary>Disk that one query may take for what does not fit its memory, in megabytes.</summary>
    public int DiskMegabytes { get; init; } = 20 * 1024;

    /// <summary>Threads of one query. Never the machine's count: other work shares it.</summary>
    public int Threads { get; init; } = 2;

    /// <summary>Queries that run at once; more wait.</summary>
    public int ConcurrentQueries { get; init; } = 2;

    /// <summary>How long one query may run.</summary>
    public TimeSpan TimeLimit { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The most cells (rows × columns) that one table in memory may have, of 8 bytes each; distinct texts count by their length.</summary>
    public long MaxTableCells { get; init; } = 200_000_000;

    /// <summary>Returns these options, or throws one error that names every setting out of bounds.</summary>
    public DatasetsOptions Check()
    {
        var problems = new List<string>();
        Require(MemoryMegabytes is >= 64 and <= 1_048_576, nameof(MemoryMegabytes), "64 to 1048576");
        Require(DiskMegabytes is >= 64 and <= 1_048_576, nameof(DiskMegabytes), "64 to 1048576");
        Require(Threads is >= 1 and <= 256, nameof(Threads), "1 to 256");
        Require(ConcurrentQueries is >= 1 and <= 64, nameof(ConcurrentQueries), "1 to 64");
        Require(TimeLimit > TimeSpan.Zero && TimeLimit <= TimeSpan.FromDays(1), nameof(TimeLimit), "more than 0 and at most 1 day");
        Require(MaxTableCells is >= 1_000 and <= 10_000_000_000, nameof(MaxTableCells), "1000 to 10000000000");

        return problems.Count == 0
            ? this
            : throw new SlipwayException(ErrorKind.InvalidInput, string.Join(" ", problems)) { Details = problems };

        void Require(bool good, string name, string allowed)
        {
            if (!good)
            {
                problems.Add($"datasets.{char.ToLowerInvariant(name[0])}{name[1..]} must be {allowed}.");
            }
        }
    }
}
