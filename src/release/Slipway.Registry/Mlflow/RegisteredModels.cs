using Dapper;
using Slipway.Core.Errors;
using Slipway.Storage;

namespace Slipway.Registry.Mlflow;

/// <inheritdoc/>
internal sealed class RegisteredModels(Database database, RegistryReader reader) : IRegisteredModels
{
    public async Task<RegisteredModelSummary?> FindAsync(string name, int most, CancellationToken cancellationToken)
    {
        const string Sql = "select id from registered_versions where model = @model order by number desc limit @limit";

        RegisteredModel model;
        try
        {
            model = (await reader.GetModelAsync(name, cancellationToken)).Model;
        }
        catch (SlipwayException e) when (e.Kind == ErrorKind.NotFound)
        {
            return null;
        }

        var command = new CommandDefinition(Sql, new { model = model.Id, limit = most + 1 }, cancellationToken: cancellationToken);
        var ids = (await database.ReadAsync(connection => connection.QueryAsync<long>(command), cancellationToken)).AsList();
        var versions = await reader.ListVersionsAsync([.. ids.Take(most)], cancellationToken);
        return new RegisteredModelSummary(model.Name, model.Description, Moment(model.CreatedAt), [.. versions.Select(Summary)], ids.Count > most);
    }

    private static RegisteredVersionSummary Summary(RegisteredVersionContent content) => new()
    {
        Number = content.Version.Number,
        SemanticVersion = content.Version.Version,
        Stage = content.Stage,
        Aliases = content.Aliases,
        Description = content.Version.Description,
        Source = content.Version.Source,
        RunId = content.Version.RunId,
        ModelId = content.Version.ModelId,
        CreatedBy = content.Version.CreatedBy,
        CreatedAt = Moment(content.Version.CreatedAt),
    };

    private static DateTimeOffset Moment(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
}
