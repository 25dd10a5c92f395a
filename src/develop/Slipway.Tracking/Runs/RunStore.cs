using System.Data.Common;
using System.Globalization;
using Slipway.Core.Errors;
using Slipway.Storage;
using Slipway.Tracking.Experiments;

namespace Slipway.Tracking.Runs;

/// <summary>Writes <c>runs</c>, in the transaction that each change is given.</summary>
internal sealed class RunStore(TimeProvider time)
{
    private static readonly Statement FindExperiment = new("select artifact_location, deleted_at from experiments where id = @id");

    private static readonly Statement Find = new($"select {RunColumns.Names} from runs r where r.run_id = @run_id");

    private static readonly Statement Insert = new("""
        insert into runs (run_id, experiment, name, user_id, status, start_time, artifact_uri)
        values (@run_id, @experiment, @name, @user_id, @status, @start_time, @artifact_uri)
        returning id
        """);

    private static readonly Statement Update = new("update runs set name = @name, status = @status, end_time = @end_time, deleted_at = @deleted_at where id = @id");

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>The run by the id that clients know it by.</summary>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.NotFound"/>.</exception>
    public static async Task<Run> GetAsync(WriteTransaction transaction, string runId) => await FindAsync(transaction, runId) ?? throw Run.NotFound(runId);

    /// <summary>The run, or null.</summary>
    public static async Task<Run?> FindAsync(WriteTransaction transaction, string runId) => (await transaction.QueryAsync(Find, RunColumns.Read, runId)) is [var run] ? run : null;

    /// <summary>The run, when it may be changed.</summary>
    public static async Task<Run> GetActiveAsync(WriteTransaction transaction, string runId) => (await GetAsync(transaction, runId)).DemandActive();

    /// <summary>Begins a run in an active experiment.</summary>
    public async Task<Run> CreateAsync(WriteTransaction transaction, string experimentId, string name, string userId, long? startTime, string? runId = null)
    {
        var number = ExperimentStore.NumberOf(experimentId);
        var experiment = (await transaction.QueryAsync(FindExperiment, Location, number)) is [var found] ? found : throw Experiment.NotFound(experimentId);
        new Experiment(number, "", experiment.Location, 0, 0, experiment.DeletedAt).DemandActive();

        // Ids that begin with the time lie together in the index, where random ones touch a page each.
        var now = time.GetUtcNow();
        runId ??= Guid.CreateVersion7(now).ToString("N");
        var run = new Run(
            0, runId, number, name, userId, RunStatus.Running, startTime ?? now.ToUnixTimeMilliseconds(), null, $"{experiment.Location}/{runId}/artifacts", null);
        var id = await transaction.QueryAsync(
            Insert, reader => reader.GetInt64(0), run.RunId, run.Experiment, run.Name, run.UserId, RunColumns.Status(run.Status), run.StartTime, run.ArtifactUri);
        return run with { Id = id[0] };
    }

    public static async Task<Run> SaveAsync(WriteTransaction transaction, Run run)
    {
        await transaction.ExecuteAsync(Update, run.Name, RunColumns.Status(run.Status), run.EndTime, run.DeletedAt, run.Id);
        return run;
    }

    /// <summary>Deletes a run, which a restore brings back; again, it changes nothing.</summary>
    public Task<Run> DeleteAsync(WriteTransaction transaction, Run run) => SaveAsync(transaction, run with { DeletedAt = run.DeletedAt ?? Now });

    /// <summary>Restores a deleted run of an experiment that is not deleted itself.</summary>
    public static async Task<Run> RestoreAsync(WriteTransaction transaction, Run run)
    {
        (await ExperimentStore.GetAsync(transaction, run.Experiment.ToString(CultureInfo.InvariantCulture))).DemandActive();
        if (run.DeletedAt == Lifecycle.Purging)
        {
            throw Run.NotFound(run.RunId);
        }

        return await SaveAsync(transaction, run with { DeletedAt = null });
    }

    private static (string Location, long? DeletedAt) Location(DbDataReader reader) => (reader.GetString(0), reader.IsDBNull(1) ? null : reader.GetInt64(1));
}
