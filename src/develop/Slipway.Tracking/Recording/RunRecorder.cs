using System.Globalization;
using Slipway.Storage;
using Slipway.Storage.Blobs;
using Slipway.Tracking.Artifacts;
using Slipway.Tracking.Experiments;
using Slipway.Tracking.Metrics;
using Slipway.Tracking.Purging;
using Slipway.Tracking.Runs;

namespace Slipway.Tracking.Recording;

/// <inheritdoc/>
internal sealed class RunRecorder(ExperimentStore experiments, RunStore runs, ArtifactTable artifacts) : IRunRecorder
{
    public const string ParentTag = "mlflow.parentRunId";
    private const string UserTag = "mlflow.user";

    public async Task BeginAsync(WriteTransaction transaction, RecordedRun run)
    {
        var experiment = await ExperimentAsync(transaction, run);
        var (name, user) = (Limits.Shortened(run.Name, Limits.TagValue), Limits.Shortened(run.User, Limits.TagValue));
        var begun = await runs.CreateAsync(transaction, experiment, name, user, run.StartedAt.ToUnixTimeMilliseconds(), run.RunId);
        var tags = new Dictionary<string, string>(run.Values.Tags) { [Tag.RunName] = name, [UserTag] = user };
        if (run.Parent is { } parent)
        {
            tags[ParentTag] = parent;
        }

        await LogAsync(transaction, begun, run.Values with { Tags = tags }, run.StartedAt);
    }

    public async Task LogAsync(WriteTransaction transaction, string runId, RecordedValues values, DateTimeOffset at)
    {
        if (await FindActiveAsync(transaction, runId) is { } run)
        {
            await LogAsync(transaction, run, values, at);
        }
    }

    public async Task AttachAsync(WriteTransaction transaction, string runId, string path, Blob blob)
    {
        if (await FindActiveAsync(transaction, runId) is { } run)
        {
            await artifacts.PutAsync(transaction, ArtifactPath.Join(PurgedArtifacts.FolderOf(run.ArtifactUri), ArtifactPath.OfFile(path)), blob);
        }
    }

    public async Task EndAsync(WriteTransaction transaction, string runId, RecordedEnd end, DateTimeOffset at)
    {
        if (await FindActiveAsync(transaction, runId) is { EndTime: null } run)
        {
            await RunStore.SaveAsync(transaction, run with { Status = StatusOf(end), EndTime = at.ToUnixTimeMilliseconds() });
        }
    }

    public async Task EndLeftAsync(WriteTransaction transaction, string key, string value, DateTimeOffset at)
    {
        const string Sql = """
            select r.run_id from run_tags t join runs r on r.id = t.run
            where t.key = @key and substr(t.value, 1, 64) = substr(@value, 1, 64) and t.value = @value and r.end_time is null
            """;

        foreach (var runId in await transaction.QueryAsync<string>(Sql, new { key, value }))
        {
            await EndAsync(transaction, runId, RecordedEnd.Killed, at);
        }
    }

    private static RunStatus StatusOf(RecordedEnd end) => end switch
    {
        RecordedEnd.Finished => RunStatus.Finished,
        RecordedEnd.Failed => RunStatus.Failed,
        _ => RunStatus.Killed,
    };

    private static async Task LogAsync(WriteTransaction transaction, Run run, RecordedValues values, DateTimeOffset at)
    {
        await RunLog.AddNewParametersAsync(transaction, run, Fit(values.Parameters, Limits.ParameterValue));
        await RunLog.SetTagsAsync(transaction, run, Fit(values.Tags, Limits.TagValue));
        await MetricLog.AddAsync(transaction, run, [.. values.Metrics.Select(metric => new MetricPoint(Limits.KeyLike(metric.Key), metric.Value, at.ToUnixTimeMilliseconds(), 0, null))]);
    }

    // Two names may become one; the first stays.
    private static Tag[] Fit(IReadOnlyDictionary<string, string> values, int limit) =>
        [.. values.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => new Tag(Limits.KeyLike(pair.Key), Limits.Shortened(pair.Value, limit))).DistinctBy(tag => tag.Key)];

    private static async Task<Run?> FindActiveAsync(WriteTransaction transaction, string runId) =>
        await RunStore.FindAsync(transaction, runId) is { DeletedAt: null } run ? run : null;

    private async Task<string> ExperimentAsync(WriteTransaction transaction, RecordedRun run)
    {
        const string OfParent = "select e.id from runs r join experiments e on e.id = r.experiment where r.run_id = @parent and e.deleted_at is null";
        const string OfName = "select id, deleted_at from experiments where name = @name";

        if (run.Parent is { } parent && await transaction.QuerySingleOrDefaultAsync<long?>(OfParent, new { parent }) is { } same)
        {
            return same.ToString(CultureInfo.InvariantCulture);
        }

        // Ends: there are not endlessly many deleted experiments.
        for (var attempt = 1; ; attempt++)
        {
            var name = attempt == 1 ? run.Experiment : string.Create(CultureInfo.InvariantCulture, $"{run.Experiment}-{attempt}");
            if (await transaction.QuerySingleOrDefaultAsync<(long Id, long? DeletedAt)?>(OfName, new { name }) is not { } known)
            {
                return (await experiments.CreateAsync(transaction, name, artifactLocation: null, tags: [])).ToString(CultureInfo.InvariantCulture);
            }

            if (known.DeletedAt is null)
            {
                return known.Id.ToString(CultureInfo.InvariantCulture);
            }
        }
    }
}
