using System.Text.Json;
using Dapper;
using Slipway.Core;
using Slipway.Core.Names;
using Slipway.Storage;

namespace Slipway.Registry.Cards;

/// <summary>Reads and writes the table <c>model_cards</c>. Rows are appended, never changed.</summary>
internal sealed class CardStore(Database database)
{
    // A text lives on from version to version; beyond so many editions nobody looks for one that nobody has touched since.
    private const int MostFormer = 100;

    private const string Select = """
        select model as Model, version as Version, number as Number, revision as Revision, parts as Parts, changed_at as ChangedAt, changed_by as ChangedBy
        from model_cards
        """;

    /// <summary>Adds an edition with its events, or returns false when its revision is there: the primary key settles who was first.</summary>
    public Task<bool> TryAddAsync(CardEdition edition, IReadOnlyList<CardEdited> happened, CancellationToken cancellationToken)
    {
        const string Sql = """
            insert into model_cards (model, version, number, revision, parts, changed_at, changed_by)
            values (@model, @version, @number, @revision, @parts, @changed_at, @changed_by)
            on conflict do nothing
            """;

        var parameters = new
        {
            model = edition.Version.Model,
            version = edition.Version.Version.ToString(),
            number = edition.Number,
            revision = edition.Revision,
            parts = JsonSerializer.Serialize(edition.Parts, SlipwayJson.Options),
            changed_at = StoredTime.Format(edition.At),
            changed_by = edition.By,
        };

        return database.WriteAsync(
            async transaction =>
            {
                if (await transaction.ExecuteAsync(Sql, parameters) == 0)
                {
                    return false;
                }

                foreach (var part in happened)
                {
                    await transaction.AppendAsync(part);
                }

                return true;
            },
            cancellationToken);
    }

    /// <summary>The newest edition of a version's card, or null.</summary>
    public async Task<CardEdition?> FindAsync(VersionReference version, CancellationToken cancellationToken)
    {
        var parameters = new { model = version.Model, version = version.Version.ToString() };
        return await ListAsync($"{Select} where model = @model and version = @version order by revision desc limit 1", parameters, cancellationToken) is [var newest] ? newest : null;
    }

    /// <summary>For each former version its newest edition from before <paramref name="version"/> was registered, the newest version first.</summary>
    public async Task<IReadOnlyList<CardEdition>> ListFormerAsync(ModelVersion version, CancellationToken cancellationToken)
    {
        var editions = await ListAsync(
            $"{Select} where model = @model and number < @number and changed_at <= @registered_at order by number desc, revision desc limit @most",
            new { model = version.Model, number = version.Number, registered_at = StoredTime.Format(version.CreatedAt), most = MostFormer },
            cancellationToken);
        return [.. editions.DistinctBy(edition => edition.Number)];
    }

    private Task<IReadOnlyList<CardEdition>> ListAsync(string sql, object parameters, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<CardEdition>>(
        async connection => [.. (await connection.QueryAsync<Row>(new CommandDefinition(sql, parameters, cancellationToken: cancellationToken))).Select(row => row.ToEdition())],
        cancellationToken);

    private sealed class Row
    {
        public required string Model { get; init; }
        public required string Version { get; init; }
        public required long Number { get; init; }
        public required long Revision { get; init; }
        public required string Parts { get; init; }
        public required string ChangedAt { get; init; }
        public required string ChangedBy { get; init; }

        public CardEdition ToEdition() => new(
            new VersionReference(Model, SemanticVersion.Parse(Version)),
            checked((int)Number),
            checked((int)Revision),
            JsonSerializer.Deserialize<Dictionary<string, KeptPart>>(Parts, SlipwayJson.Options)!,
            StoredTime.Parse(ChangedAt),
            ChangedBy);
    }
}
