using Slipway.Core.Names;
using Slipway.Registry.Deletion;
using Slipway.Storage;

namespace Slipway.Rollouts;

/// <summary>Tells the registry which versions deployments have, would go back to, or had not long ago.</summary>
internal sealed class VersionUse : IVersionUse
{
    public async Task<IReadOnlyList<string>> ListAsync(WriteTransaction transaction, VersionReference version, DateTimeOffset since)
    {
        const string Now = """
            select name || case when stable = @name then ' answers with it' when candidate = @name then ' tries it' else ' would roll back to it' end
            from deployments
            where stable = @name or candidate = @name or previous = @name
            order by name
            """;
        const string Former = """
            select d.deployment || ' had it until ' || replace(substr(e.at, 1, 16), 'T', ' ') || ' UTC'
            from deployed_versions d join events e on e.position = d.last_position
            where d.model = @model and d.version = @version and e.at >= @since
            order by d.deployment
            """;

        var uses = await transaction.QueryAsync<string>(Now, new { name = version.ToString() });
        return uses.Count > 0
            ? uses
            : await transaction.QueryAsync<string>(Former, new { model = version.Model, version = version.Version.ToString(), since = StoredTime.Format(since) });
    }
}
