using System.Globalization;
using System.Runtime.CompilerServices;
using Dapper;
using Slipway.Core.Errors;
using Slipway.Core.Text;
using Slipway.Storage;
using Slipway.Storage.Sql;
using Slipway.Tracking.Experiments;
using Slipway.Tracking.Runs;

namespace Slipway.Tracking.Purging;

/// <summary>Finds what a purge takes.</summary>
internal sealed class PurgeSearch(Database database)
{
    /// <summary>How many runs are read, and go, together.</summary>
    public const int Together = 50;

    public const string ExperimentColumns = "select id as Id, name as Name, artifact_location as ArtifactLocation from experiments";
    public const string RunColumns = "select id as Id, run_id as RunId, experiment as Experiment, name as Name, artifact_uri as ArtifactUri from runs";

    /// <summary>Refuses names of what is not there, not deleted, or deleted too recently.</summary>
    public async Task CheckAsync(PurgeSelection selection, CancellationToken cancellationToken)
    {
        var experiments = await FindAsync($"select cast(id as text), deleted_at from experiments where id in {SqlList.Of(selection.Experiments)}", selection, cancellationToken);
        foreach (var id in selection.Experiments.Select(number => number.ToString(CultureInfo.InvariantCulture)))
        {
            Check("experiment", id, experiments, Experiment.NotFound);
        }

        var runs = await FindAsync($"select run_id, deleted_at from runs where {selection.RunsNamed}", selection, cancellationToken);
        foreach (var id in selection.Runs)
        {
            Check("run", id, runs, Run.NotFound);
        }

        void Check(string what, string id, Dictionary<string, long?> found, Func<string, SlipwayException> notFound)
        {
            if ((found.TryGetValue(id, out var deletedAt) ? selection.Mistake(what, id, deletedAt) : notFound(Excerpt.Of(id))) is { } mistake)
            {
                throw mistake;
            }
        }
    }

    /// <summary>How many experiments and runs that are asked for stay, because others need something of theirs.</summary>
    public Task<(long Experiments, long Runs)> KeptAsync(PurgeSelection selection, CancellationToken cancellationToken) => database.ReadAsync(
        async connection => (
            await connection.ExecuteScalarAsync<long>($"select count(*) from experiments where {selection.ExperimentsKept}", selection.Parameters),
            await connection.ExecuteScalarAsync<long>($"select count(*) from runs where {selection.RunsKept}", selection.Parameters)),
        cancellationToken);

    public Task<IReadOnlyList<FoundExperiment>> ExperimentsAsync(PurgeSelection selection, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<FoundExperiment>>(
        async connection => (await connection.QueryAsync<FoundExperiment>($"{ExperimentColumns} where {selection.ExperimentsWhere} order by id", selection.Parameters)).AsList(), cancellationToken);

    /// <summary>The runs that go, <see cref="Together"/> at a time. Each part is read when the one before was dealt with.</summary>
    public async IAsyncEnumerable<IReadOnlyList<FoundRun>> RunsAsync(PurgeSelection selection, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var sql = string.Create(CultureInfo.InvariantCulture, $"{RunColumns} where id > @after and {selection.RunsWhere} order by id limit {Together}");
        var after = 0L;
        while (true)
        {
            var parameters = selection.With(after);
            var runs = await database.ReadAsync(async connection => (await connection.QueryAsync<FoundRun>(sql, parameters)).AsList(), cancellationToken);
            if (runs.Count > 0)
            {
                yield return runs;
            }

            if (runs.Count < Together)
            {
                yield break;
            }

            after = runs[^1].Id;
        }
    }

    private Task<Dictionary<string, long?>> FindAsync(string sql, PurgeSelection selection, CancellationToken cancellationToken) => database.ReadAsync(
        async connection => (await connection.QueryAsync<(string Id, long? DeletedAt)>(sql, selection.Parameters)).ToDictionary(row => row.Id, row => row.DeletedAt), cancellationToken);
}
