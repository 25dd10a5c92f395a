using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dapper;
using Slipway.Core;
using Slipway.Core.Names;
using Slipway.Core.Projects;
using Slipway.Datasets;
using Slipway.Storage;

namespace Slipway.Retraining.Pipelines;

/// <summary>Remembers which data and recipe became which version, so that the same project applied again trains nothing.</summary>
internal sealed class RecipeStore(Database database)
{
    /// <summary>
    /// Identifies what determines a validated version: the rows, which column is learned and which is time (a digest knows of neither), how to train and how to judge. Null when
    /// that cannot be known: a command's result depends on programs and files that nobody has listed.
    /// </summary>
    public static string? Key(DatasetVersion dataset, TrainSection train, ValidateSection? validate) => train.Command.Count > 0
        ? null
        : Convert.ToHexStringLower(SHA256.HashData(
            JsonSerializer.SerializeToUtf8Bytes(new { dataset.Digest, dataset.Label, dataset.Time, train, validate }, SlipwayJson.Options)));

    /// <summary>Keeps what a recipe became; the newest wins.</summary>
    public Task SaveAsync(VersionReference version, string recipe, KnownFacts facts, CancellationToken cancellationToken)
    {
        const string Sql = """
            insert into pipeline_recipes (model, recipe, version, facts) values (@model, @recipe, @version, @facts)
            on conflict (model, recipe) do update set version = excluded.version, facts = excluded.facts
            """;

        var parameters = new
        {
            model = version.Model,
            recipe,
            version = version.Version.ToString(),
            facts = JsonSerializer.Serialize(facts, SlipwayJson.Options),
        };
        return database.WriteAsync(transaction => transaction.ExecuteAsync(Sql, parameters), cancellationToken);
    }

    /// <summary>What the recipe became earlier, or null.</summary>
    public Task<KnownRecipe?> FindAsync(string model, string recipe, CancellationToken cancellationToken) => database.ReadAsync(
        async connection =>
        {
            const string Sql = "select version as Version, facts as Facts from pipeline_recipes where model = @model and recipe = @recipe";
            var row = await connection.QuerySingleOrDefaultAsync<Row>(Sql, new { model, recipe });
            return row is null
                ? null
                : new KnownRecipe(
                    new VersionReference(model, SemanticVersion.Parse(row.Version)),
                    JsonSerializer.Deserialize<KnownFacts>(row.Facts, SlipwayJson.Options)!);
        },
        cancellationToken);

    private sealed record Row
    {
        public required string Version { get; init; }

        public required string Facts { get; init; }
    }
}

/// <summary>A recipe that was trained and judged before.</summary>
internal sealed record KnownRecipe(VersionReference Version, KnownFacts Facts);

/// <summary>The facts of the stages that need not run again.</summary>
internal sealed record KnownFacts(JsonObject Train, JsonObject Validate);
