using System.Text.Json;
using Dapper;
using Slipway.Core;
using Slipway.Storage;
using Slipway.Storage.Events;

namespace Slipway.Retraining.Pipelines;

/// <summary>Reads and writes the <c>pipeline_runs</c> table: one JSON document a run, with the columns that are searched beside it.</summary>
internal sealed class PipelineStore(Database database)
{
    /// <summary>Inserts or replaces a run, with an event when something began or ended.</summary>
    public Task SaveAsync(PipelineRun run, IEvent? happened, CancellationToken cancellationToken)
    {
        const string Sql = """
            insert into pipeline_runs (id, model, state, started_at, document) values (@id, @model, @state, @startedAt, @document)
            on conflict (id) do update set state = excluded.state, document = excluded.document
            """;

        var parameters = new
        {
            id = run.Id,
            model = run.Model,
            state = run.State.ToString(),
            startedAt = StoredTime.Format(run.StartedAt),
            document = JsonSerializer.Serialize(run, SlipwayJson.Options),
        };

        return database.WriteAsync(
            async transaction =>
            {
                await transaction.ExecuteAsync(Sql, parameters);
                if (happened is not null)
                {
                    await transaction.AppendAsync(happened);
                }

                return true;
            },
            cancellationToken);
    }

    /// <summary>A run, or null.</summary>
    public async Task<PipelineRun?> FindAsync(string id, CancellationToken cancellationToken) =>
        (await QueryAsync("where id = @id", new { id }, cancellationToken)) is [var run, ..] ? run : null;

    /// <summary>A model's runs, newest first.</summary>
    public Task<IReadOnlyList<PipelineRun>> ListAsync(string model, int limit, CancellationToken cancellationToken) =>
        QueryAsync("where model = @model order by started_at desc limit @limit", new { model, limit }, cancellationToken);

    /// <summary>Runs that have not ended: after a start, those that the former process left.</summary>
    public Task<IReadOnlyList<PipelineRun>> ListUnfinishedAsync(CancellationToken cancellationToken) => QueryAsync(
        "where state in (@waiting, @running)",
        new { waiting = nameof(PipelineState.Waiting), running = nameof(PipelineState.Running) },
        cancellationToken);

    private Task<IReadOnlyList<PipelineRun>> QueryAsync(string where, object parameters, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<PipelineRun>>(
            async connection =>
            {
                var documents = await connection.QueryAsync<string>($"select document from pipeline_runs {where}", parameters);
                return [.. documents.Select(document => JsonSerializer.Deserialize<PipelineRun>(document, SlipwayJson.Options)!)];
            },
            cancellationToken);
}
