using System.Text.Json;
using Dapper;
using Slipway.Core;
using Slipway.Storage;
using Slipway.Storage.Events;

namespace Slipway.Retraining.Pipelines;

/// <summary>
/// Reads and writes the <c>pipeline_runs</c> table, one JSON document a run with the columns that are searched beside it, and <c>pipeline_requests</c>, which has what a run that has not
/// ended needs to be taken up again.
/// </summary>
internal sealed class PipelineStore(Database database)
{
    /// <summary>Keeps a new run with its request, in the transaction of <paramref name="withIt"/>: both commit, or neither.</summary>
    public Task AddAsync(PipelineRun run, PipelineRequest request, Actor actor, Func<WriteTransaction, Task>? withIt, CancellationToken cancellationToken)
    {
        const string Sql = "insert into pipeline_requests (id, request, actor) values (@id, @request, @actor)";

        return database.WriteAsync(
            async transaction =>
            {
                await SaveAsync(transaction, run, new PipelineStarted(run.Id, run.Model, run.Goal, actor) { Trigger = run.Trigger, AsOf = run.AsOf });
                await transaction.ExecuteAsync(Sql, new { id = run.Id, request = JsonSerializer.Serialize(request, SlipwayJson.Options), actor = actor.Name });
                if (withIt is not null)
                {
                    await withIt(transaction);
                }

                return true;
            },
            cancellationToken);
    }

    /// <summary>Saves how a run stands, and with it what its train stage left.</summary>
    public Task SaveAsync(PipelineRun run, Checkpoint? checkpoint, CancellationToken cancellationToken)
    {
        const string Sql = "update pipeline_requests set checkpoint = @checkpoint where id = @id";

        return database.WriteAsync(
            async transaction =>
            {
                await SaveAsync(transaction, run, happened: null);
                if (checkpoint is not null)
                {
                    await transaction.ExecuteAsync(Sql, new { id = run.Id, checkpoint = JsonSerializer.Serialize(checkpoint, SlipwayJson.Options) });
                }

                return true;
            },
            cancellationToken);
    }

    /// <summary>Saves a run that has ended; it cannot be taken up again.</summary>
    public Task EndAsync(PipelineRun run, PipelineEnded ended, CancellationToken cancellationToken)
    {
        const string Sql = "delete from pipeline_requests where id = @id";

        return database.WriteAsync(
            async transaction =>
            {
                await SaveAsync(transaction, run, ended);
                return await transaction.ExecuteAsync(Sql, new { id = run.Id });
            },
            cancellationToken);
    }

    /// <summary>A run, or null.</summary>
    public async Task<PipelineRun?> FindAsync(string id, CancellationToken cancellationToken) =>
        (await QueryAsync("where id = @id", new { id }, cancellationToken)) is [var run, ..] ? run : null;

    /// <summary>A model's runs, newest first.</summary>
    public Task<IReadOnlyList<PipelineRun>> ListAsync(string model, int limit, CancellationToken cancellationToken) =>
        QueryAsync("where model = @model order by started_at desc, id desc limit @limit", new { model, limit }, cancellationToken);

    /// <summary>Runs that have not ended, oldest first: after a start, those that the former process left.</summary>
    public Task<IReadOnlyList<UnfinishedRun>> ListUnfinishedAsync(CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<UnfinishedRun>>(
        async connection =>
        {
            const string Sql = """
                select r.document as Document, q.request as Request, q.actor as Actor, q.checkpoint as Checkpoint
                from pipeline_runs r left join pipeline_requests q on q.id = r.id
                where r.state in (@waiting, @running)
                order by r.started_at, r.id
                """;
            var rows = await connection.QueryAsync<Row>(Sql, new { waiting = nameof(PipelineState.Waiting), running = nameof(PipelineState.Running) });
            return [.. rows.Select(row => row.ToRun())];
        },
        cancellationToken);

    private static async Task SaveAsync(WriteTransaction transaction, PipelineRun run, IEvent? happened)
    {
        const string Sql = """
            insert into pipeline_runs (id, model, state, started_at, document) values (@id, @model, @state, @startedAt, @document)
            on conflict (id) do update set state = excluded.state, document = excluded.document
            """;

        await transaction.ExecuteAsync(Sql, new
        {
            id = run.Id,
            model = run.Model,
            state = run.State.ToString(),
            startedAt = StoredTime.Format(run.StartedAt),
            document = JsonSerializer.Serialize(run, SlipwayJson.Options),
        });
        if (happened is not null)
        {
            await transaction.AppendAsync(happened);
        }
    }

    private Task<IReadOnlyList<PipelineRun>> QueryAsync(string where, object parameters, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<PipelineRun>>(
            async connection =>
            {
                var documents = await connection.QueryAsync<string>($"select document from pipeline_runs {where}", parameters);
                return [.. documents.Select(document => JsonSerializer.Deserialize<PipelineRun>(document, SlipwayJson.Options)!)];
            },
            cancellationToken);

    private sealed record Row
    {
        public required string Document { get; init; }

        public string? Request { get; init; }

        public string? Actor { get; init; }

        public string? Checkpoint { get; init; }

        public UnfinishedRun ToRun() => new(
            JsonSerializer.Deserialize<PipelineRun>(Document, SlipwayJson.Options)!,
            Request is null ? null : JsonSerializer.Deserialize<PipelineRequest>(Request, SlipwayJson.Options),
            new Actor(Actor ?? Core.Actor.Policy.Name),
            Checkpoint is null ? null : JsonSerializer.Deserialize<Checkpoint>(Checkpoint, SlipwayJson.Options));
    }
}

/// <summary>A run that the end of a process left.</summary>
/// <param name="Run">How it stood.</param>
/// <param name="Request">What it was to do; null where an older version of this program began it.</param>
/// <param name="Actor">Who began it.</param>
/// <param name="Checkpoint">What its train stage left; null before that.</param>
internal sealed record UnfinishedRun(PipelineRun Run, PipelineRequest? Request, Actor Actor, Checkpoint? Checkpoint);
