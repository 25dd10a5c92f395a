using System.Globalization;
using Slipway.Core.Errors;
using Slipway.Core.Text;
using Slipway.Core.Units;
using Slipway.Storage.Sql;
using Slipway.Tracking.Experiments;

namespace Slipway.Tracking.Purging;

/// <summary>What a purge is asked for: all that was deleted a while ago, or what is named.</summary>
internal sealed record PurgeSelection
{
    /// <summary>How long what nobody names must have been deleted: a month, in which a mistake is noticed.</summary>
    public static readonly TimeSpan UsualAge = TimeSpan.FromDays(30);

    private const int MostNames = 1000;

    /// <summary>The youngest deletion that goes.</summary>
    public required DateTimeOffset UpTo { get; init; }

    /// <summary>The experiments that are named.</summary>
    public IReadOnlyList<long> Experiments { get; private init; } = [];

    /// <summary>The runs that are named.</summary>
    public IReadOnlyList<string> Runs { get; private init; } = [];

    public bool IsNamed => Experiments.Count + Runs.Count > 0;

    /// <summary>The values of <see cref="ExperimentsWhere"/> and <see cref="RunsWhere"/>.</summary>
    public object Parameters => With(after: 0);

    /// <summary>Which experiments go, in SQL over <c>experiments</c>. Default never does.</summary>
    public string ExperimentsWhere => $"{ExperimentsAsked} and not {Needed.Experiment}";

    /// <summary>Which runs go, in SQL over <c>runs</c>.</summary>
    public string RunsWhere => $"{RunsAsked} and not {Needed.Run}";

    /// <summary>Which experiments are asked for and stay, because others need something of theirs.</summary>
    public string ExperimentsKept => $"{ExperimentsAsked} and {Needed.Experiment}";

    /// <summary>Which runs are asked for and stay.</summary>
    public string RunsKept => $"{RunsAsked} and {Needed.Run}";

    /// <summary>What others need.</summary>
    public required NeededByOthers Needed { get; init; }

    /// <summary>The runs that are named, in SQL over <c>runs</c>.</summary>
    public string RunsNamed => Runs.Count == 0 ? "1 = 0" : $"run_id in ({string.Join(", ", Runs.Select((_, i) => $"@{RunName(i)}"))})";

    private string ExperimentsAsked => $"id <> 0 and deleted_at <= @upTo{(IsNamed ? $" and id in {SqlList.Of(Experiments)}" : "")}";

    // Those of an experiment that is asked for, too: where it stays for the sake of one run, the others go all the same.
    private string RunsAsked =>
        $"deleted_at is not null and ((deleted_at <= @upTo{(IsNamed ? $" and {RunsNamed}" : "")}) or experiment in (select id from experiments where {ExperimentsAsked}))";

    public static PurgeSelection Of(string? olderThan, IReadOnlyList<string>? experiments, IReadOnlyList<string>? runs, NeededByOthers needed, TimeProvider time)
    {
        var (ids, runIds) = ((experiments ?? []).Distinct().ToList(), (runs ?? []).Distinct().ToList());
        if (ids.Count + runIds.Count > MostNames)
        {
            throw new SlipwayException(ErrorKind.InvalidInput, $"A purge takes at most {MostNames} names of experiments and runs, got {ids.Count + runIds.Count}. Purge in parts, or by age.");
        }

        var age = ids.Count + runIds.Count > 0 ? TimeSpan.Zero : UsualAge;
        if (olderThan is not null && !Duration.TryParse(olderThan, out age))
        {
            throw new SlipwayException(ErrorKind.InvalidInput, $"olderThan is '{Excerpt.Of(olderThan)}'; it is {Duration.Rule}, such as 30d.");
        }

        var now = time.GetUtcNow();
        return new PurgeSelection
        {
            UpTo = age < now - DateTimeOffset.UnixEpoch ? now - age : DateTimeOffset.UnixEpoch,
            Experiments = [.. ids.Select(NumberOf)],
            Runs = runIds,
            Needed = needed,
        };
    }

    /// <summary><see cref="Parameters"/> with the number of a row behind which a page begins.</summary>
    public object With(long after)
    {
        var parameters = new Dictionary<string, object> { ["upTo"] = UpTo.ToUnixTimeMilliseconds(), ["after"] = after };
        foreach (var (i, run) in Runs.Index())
        {
            parameters[RunName(i)] = run;
        }

        return parameters;
    }

    private static string RunName(int index) => string.Create(CultureInfo.InvariantCulture, $"run{index}");

    private static long NumberOf(string id) => ExperimentStore.NumberOf(id) switch
    {
        0 => throw new SlipwayException(ErrorKind.InvalidInput, "Experiment 0, Default, cannot be purged: clients log to it when they name none. Purge its deleted runs instead."),
        < 0 => throw Experiment.NotFound(Excerpt.Of(id)),
        var number => number,
    };

    /// <summary>Refuses what is named and cannot go.</summary>
    public SlipwayException? Mistake(string what, string id, long? deletedAt) =>
        deletedAt is null ? new SlipwayException(ErrorKind.Conflict, $"The {what} {id} is not deleted. Delete it first; only what is deleted can be purged.")
        : deletedAt > UpTo.ToUnixTimeMilliseconds() ? new SlipwayException(
            ErrorKind.Conflict,
            string.Create(CultureInfo.InvariantCulture, $"The {what} {id} was deleted at {DateTimeOffset.FromUnixTimeMilliseconds(deletedAt.Value):yyyy-MM-dd HH:mm:ss} UTC, which is not as long ago as was asked for."))
        : null;
}
