using Slipway.Access;
using Slipway.Access.Audit;
using Slipway.Access.Keys;
using Slipway.Client;
using Slipway.Core;
using Slipway.Core.Errors;
using Slipway.Core.Units;
using Slipway.Storage;

namespace Slipway.Server;

/// <summary>The keys in a data folder or a database on which no server runs. Whoever can write there is <see cref="Actor.Local"/>, and the audit says so.</summary>
internal sealed class KeysAtRest : IKeyKeeper, IAsyncDisposable
{
    private readonly ServiceProvider _services;

    private KeysAtRest(ServiceProvider services) => _services = services;

    private IApiKeys Keys => _services.GetRequiredService<IApiKeys>();

    /// <summary>Opens what a server would open.</summary>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.Conflict"/>: a server runs on it.</exception>
    public static async Task<KeysAtRest> OpenAsync(ServerSettings settings, CancellationToken cancellationToken)
    {
        var services = SlipwayServer.AddModules(new ServiceCollection().AddLogging(), settings).BuildServiceProvider();
        try
        {
            await services.OpenStorageAsync(cancellationToken);
            return new KeysAtRest(services);
        }
        catch (SlipwayException e) when (e.Kind == ErrorKind.Conflict)
        {
            await services.DisposeAsync();
            throw new SlipwayException(ErrorKind.Conflict, $"{e.Message} A server that runs there does this too: leave --data and --database out, and show it an admin's key with SLIPWAY_KEY.", e);
        }
        catch
        {
            await services.DisposeAsync();
            throw;
        }
    }

    public async Task<CreatedKey> CreateAsync(WantedKey wanted, CancellationToken cancellationToken)
    {
        var request = new KeyRequest(wanted.Name, Roles.TryParse(wanted.Role, out var role) ? role : throw new SlipwayException(ErrorKind.InvalidInput, $"'{wanted.Role}' is not a role. The roles are {Roles.All}."))
        {
            Projects = wanted.Projects,
            Deployments = wanted.Deployments,
            Lifetime = wanted.Expires is null ? null : Duration.TryParse(wanted.Expires, out var life) ? life : throw new SlipwayException(ErrorKind.InvalidInput, $"--expires '{wanted.Expires}' is not {Duration.Rule}."),
            Rate = wanted.Rate,
        };
        var created = await Keys.CreateAsync(request, Actor.Local, cancellationToken);
        await RecordAsync("CreateKey", created.Key);
        return created;
    }

    public Task<IReadOnlyList<ApiKey>> ListAsync(CancellationToken cancellationToken) => Keys.ListAsync(cancellationToken);

    public async Task<ApiKey> RevokeAsync(string key, CancellationToken cancellationToken)
    {
        var revoked = await Keys.RevokeAsync(key, Actor.Local, cancellationToken);
        await RecordAsync("RevokeKey", revoked);
        return revoked;
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    // As the routes of the same names are recorded.
    private Task RecordAsync(string action, ApiKey key) => _services.GetRequiredService<IAuditLog>().AppendAsync(
        new AuditEntry(_services.GetRequiredService<TimeProvider>().GetUtcNow(), Actor.Local, action, $"key/{key.Name}", "local", StatusCodes.Status200OK), CancellationToken.None);
}
