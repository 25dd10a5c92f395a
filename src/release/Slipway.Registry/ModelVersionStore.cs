using System.Globalization;
using System.Text.Json;
using Dapper;
using Slipway.Core;
using Slipway.Core.Names;
using Slipway.Inference;
using Slipway.Registry.Lineages;
using Slipway.Registry.Mlflow;
using Slipway.Storage;
using Slipway.Storage.Events;
using Slipway.Storage.Sql;

namespace Slipway.Registry;

/// <summary>Reads and writes the <c>model_versions</c> table. Holds no rules: those are in <see cref="ModelVersion"/>.</summary>
internal sealed class ModelVersionStore(Database database)
{
    private const string Select = """
        select model, number, version, artifact_digest as ArtifactDigest, format, signature, metrics, lineage, version_reason as VersionReason,
               created_at as CreatedAt, created_by as CreatedBy, state
        from model_versions
        """;

    /// <summary>
    /// Adds a version with its event and its row for MLflow's clients, or returns false when its number is not the model's next, or its version or its <paramref name="identity"/> is taken:
    /// the count and the unique indexes settle who was first.
    /// </summary>
    public Task<bool> TryAddAsync(ModelVersion version, string identity, IEvent happened, CancellationToken cancellationToken)
    {
        const string Sql = """
            insert into model_versions
                (model, number, version, artifact_digest, format, signature, metrics, lineage, version_reason, created_at, created_by, state, identity)
            values
                (@Model, @Number, @Version, @ArtifactDigest, @Format, @Signature, @Metrics, @Lineage, @VersionReason, @CreatedAt, @CreatedBy, @State, @Identity)
            on conflict do nothing
            """;

        var parameters = new
        {
            version.Model,
            version.Number,
            Version = version.Version.ToString(),
            version.ArtifactDigest,
            version.Format,
            Signature = JsonSerializer.Serialize(version.Signature, SlipwayJson.Options),
            Metrics = JsonSerializer.Serialize(version.Metrics, SlipwayJson.Options),
            Lineage = JsonSerializer.Serialize(version.Lineage, SlipwayJson.Options),
            version.VersionReason,
            CreatedAt = StoredTime.Format(version.CreatedAt),
            version.CreatedBy,
            State = version.State.ToString(),
            Identity = identity,
        };

        return ChangeAsync(
            async transaction =>
            {
                // What MLflow's clients register has numbers of the same count, and no row in this table.
                if (await RegisteredVersionStore.LastNumberAsync(transaction, version.Model) != version.Number - 1 || await transaction.ExecuteAsync(Sql, parameters) == 0)
                {
                    return false;
                }

                await RegisteredVersionStore.AddServableAsync(transaction, version, happened.Actor);
                await VersionOriginStore.AddAsync(transaction, version);
                return true;
            },
            happened,
            cancellationToken);
    }

    /// <summary>Saves <paramref name="after"/> with its event only if the stored state is still that of <paramref name="before"/>.</summary>
    public Task<bool> TryUpdateAsync(ModelVersion before, ModelVersion after, IEvent happened, CancellationToken cancellationToken)
    {
        const string Sql = """
            update model_versions set state = @After
            where model = @Model and version = @Version and state = @Before
            """;

        var parameters = new { before.Model, Version = before.Version.ToString(), Before = before.State.ToString(), After = after.State.ToString() };
        return ChangeAsync(async transaction => await transaction.ExecuteAsync(Sql, parameters) > 0, happened, cancellationToken);
    }

    /// <summary>What was decided about a version, as a transaction sees it; null when there is no such version.</summary>
    public static async Task<VersionState?> FindStateAsync(WriteTransaction transaction, VersionReference version) =>
        await transaction.QuerySingleOrDefaultAsync<string?>("select state from model_versions where model = @Model and version = @Version", new { version.Model, Version = version.Version.ToString() })
            is { } state ? Enum.Parse<VersionState>(state) : null;

    /// <summary>Marks a version as deleted. What makes it the same as another registration goes, so that its artifact may be registered again.</summary>
    public static Task<int> DeleteAsync(WriteTransaction transaction, ModelVersion version) => transaction.ExecuteAsync(
        "update model_versions set state = @State, identity = @Identity where model = @Model and number = @Number",
        new { State = VersionState.Deleted.ToString(), Identity = string.Create(CultureInfo.InvariantCulture, $"deleted {version.Number}"), version.Model, Number = (long)version.Number });

    /// <summary>The version, or null.</summary>
    public Task<ModelVersion?> FindAsync(VersionReference version, CancellationToken cancellationToken) => FindAsync(
        $"{Select} where model = @Model and version = @Version", new { version.Model, Version = version.Version.ToString() }, cancellationToken);

    /// <summary>The model's version of that identity, or null.</summary>
    public Task<ModelVersion?> FindAsync(string model, string identity, CancellationToken cancellationToken) => FindAsync(
        $"{Select} where model = @model and identity = @identity", new { model, identity }, cancellationToken);

    /// <summary>The model's version of that number, or null.</summary>
    public Task<ModelVersion?> FindAsync(string model, int number, CancellationToken cancellationToken) => FindAsync(
        $"{Select} where model = @model and number = @number", new { model, number }, cancellationToken);

    /// <summary>The last number that the model has given, to whatever; 0 where there is no such model.</summary>
    public Task<long> LastNumberAsync(string model, CancellationToken cancellationToken) => database.ReadAsync(
        connection => connection.QuerySingleOrDefaultAsync<long>(
            new CommandDefinition("select last_number from registered_models where name = @model", new { model }, cancellationToken: cancellationToken)),
        cancellationToken);

    /// <summary>The model's newest version, or null.</summary>
    public Task<ModelVersion?> FindNewestAsync(string model, CancellationToken cancellationToken) => FindAsync(
        $"{Select} where model = @model order by number desc limit 1", new { model }, cancellationToken);

    /// <summary>A model's newest versions, of numbers below <paramref name="before"/> where it is given; newest first.</summary>
    public Task<IReadOnlyList<ModelVersion>> ListAsync(string model, int limit, int? before, CancellationToken cancellationToken) => ListAsync(
        $"{Select} where model = @model and number < @before order by number desc limit @limit", new { model, limit, before = before ?? long.MaxValue }, cancellationToken);

    /// <summary>A model's versions of which that was decided, newest first.</summary>
    public Task<IReadOnlyList<ModelVersion>> ListAsync(string model, VersionState state, CancellationToken cancellationToken) =>
        ListAsync($"{Select} where model = @model and state = @state order by number desc", new { model, state = state.ToString() }, cancellationToken);

    /// <summary>A page of models by name, each with its newest version. What there is of a model is counted for the page's models alone.</summary>
    public Task<IReadOnlyList<ModelSummary>> ListModelsAsync(ModelQuery query, CancellationToken cancellationToken)
    {
        var (models, parameters) = ModelsOf(query);
        var sql = $"""
            select page.versions, v.model, v.number, v.version, v.artifact_digest as ArtifactDigest, v.format, v.signature, v.metrics, v.lineage, v.version_reason as VersionReason,
                   v.created_at as CreatedAt, v.created_by as CreatedBy, v.state
            from (
                select m.name, (select count(*) from model_versions c where c.model = m.name) as versions, (select max(n.number) from model_versions n where n.model = m.name) as newest
                {models}
                order by m.name
                limit @limit offset @skip) page
            join model_versions v on v.model = page.name and v.number = page.newest
            order by v.model
            """;

        return database.ReadAsync<IReadOnlyList<ModelSummary>>(
            async connection =>
            {
                var command = new CommandDefinition(sql, parameters, flags: FlagsOf(query), cancellationToken: cancellationToken);
                var rows = await connection.QueryAsync<long, Row, ModelSummary>(command, (versions, row) => new ModelSummary(row.Model, checked((int)versions), row.ToVersion()), splitOn: "model");
                return [.. rows];
            },
            cancellationToken);
    }

    /// <summary>How many models there are on all pages of a query.</summary>
    public Task<int> CountModelsAsync(ModelQuery query, CancellationToken cancellationToken)
    {
        var (models, parameters) = ModelsOf(query);
        return database.ReadAsync(
            connection => connection.QuerySingleAsync<int>(new CommandDefinition($"select count(*) {models}", parameters, flags: FlagsOf(query), cancellationToken: cancellationToken)), cancellationToken);
    }

    private static (string Sql, Dictionary<string, object> Parameters) ModelsOf(ModelQuery query)
    {
        var (among, parameters) = SqlList.OfTexts(
            [.. query.Among ?? []], ("after", query.After ?? ""), ("text", LikePattern.Containing(query.Text ?? "")), ("limit", query.Limit), ("skip", query.Skip));
        var sql = $"""
            from registered_models m
            where m.name > @after
                and lower(m.name || ' ' || m.description) like lower(@text) escape '~'
                and exists (select 1 from model_versions e where e.model = m.name)
                {(query.Among is null ? "" : $"and m.name in {among}")}
            """;
        return (sql, parameters);
    }

    // Dapper would keep a text for each number of names.
    private static CommandFlags FlagsOf(ModelQuery query) => query.Among is null ? CommandFlags.Buffered : CommandFlags.Buffered | CommandFlags.NoCache;

    private Task<IReadOnlyList<ModelVersion>> ListAsync(string sql, object parameters, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<ModelVersion>>(
        async connection => [.. (await connection.QueryAsync<Row>(new CommandDefinition(sql, parameters, cancellationToken: cancellationToken))).Select(row => row.ToVersion())], cancellationToken);

    private Task<ModelVersion?> FindAsync(string sql, object parameters, CancellationToken cancellationToken) => database.ReadAsync(
        async connection =>
        {
            var row = await connection.QuerySingleOrDefaultAsync<Row>(new CommandDefinition(sql, parameters, cancellationToken: cancellationToken));
            return row?.ToVersion();
        },
        cancellationToken);

    // State and event commit together, or neither does: the history explains every state.
    private Task<bool> ChangeAsync(Func<WriteTransaction, Task<bool>> change, IEvent happened, CancellationToken cancellationToken) => database.WriteAsync(
        async transaction =>
        {
            if (!await change(transaction))
            {
                return false;
            }

            await transaction.AppendAsync(happened);
            return true;
        },
        cancellationToken);

    private sealed class Row
    {
        public required string Model { get; init; }
        public required long Number { get; init; }
        public required string Version { get; init; }
        public required string ArtifactDigest { get; init; }
        public required string Format { get; init; }
        public required string Signature { get; init; }
        public required string Metrics { get; init; }
        public required string Lineage { get; init; }
        public required string VersionReason { get; init; }
        public required string CreatedAt { get; init; }
        public required string CreatedBy { get; init; }
        public required string State { get; init; }

        public ModelVersion ToVersion() => new()
        {
            Model = Model,
            Version = SemanticVersion.Parse(Version),
            Number = checked((int)Number),
            ArtifactDigest = ArtifactDigest,
            Format = Format,
            Signature = JsonSerializer.Deserialize<ModelSignature>(Signature, SlipwayJson.Options)!,
            Metrics = JsonSerializer.Deserialize<Dictionary<string, double>>(Metrics, SlipwayJson.Options)!,
            Lineage = JsonSerializer.Deserialize<Lineage>(Lineage, SlipwayJson.Options)!,
            VersionReason = VersionReason,
            CreatedAt = StoredTime.Parse(CreatedAt),
            CreatedBy = CreatedBy,
            State = Enum.Parse<VersionState>(State),
        };
    }
}
