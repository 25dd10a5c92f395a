using Microsoft.Extensions.Logging;
using Slipway.Serving.Engine;

namespace Slipway.Serving.Routing;

/// <content>Settings of deployments, and their change while requests are answered.</content>
internal sealed partial class VersionServer
{
    private readonly SemaphoreSlim _changes = new(1);

    // What is being loaded for changed settings; as with what is prepared, nobody may retire it meanwhile.
    private Prepared[] _changing = [];

    /// <inheritdoc/>
    public async Task ChangedAsync(string deployment, CancellationToken cancellationToken)
    {
        await _changes.WaitAsync(cancellationToken);
        try
        {
            var found = await FindSettingsAsync(deployment, cancellationToken);

            // A release may be switching meanwhile, so what is named is looked at again until all of it is loaded as the settings want it.
            while (!TryChange(deployment, found))
            {
                foreach (var wanted in _changing)
                {
                    await LoadAsync(wanted, cancellationToken);
                }
            }
        }
        finally
        {
            lock (_gate)
            {
                _changing = [];
                RetireUnnamed();
            }

            _changes.Release();
        }

        LogChanged(log, deployment);
    }

    // False, and _changing says what is missing, when not all of it is loaded.
    private bool TryChange(string deployment, ServeSettings found)
    {
        lock (_gate)
        {
            if (_snapshot.Find(deployment) is not { } served)
            {
                // It reads them when it is released.
                return true;
            }

            var active = new Prepared(served.State, found);
            var prepared = _prepared.TryGetValue(deployment, out var waiting) ? new Prepared(waiting.State, found) : null;
            _changing = prepared is null ? [active] : [active, prepared];
            if (!_changing.All(IsLoaded))
            {
                return false;
            }

            if (prepared is not null)
            {
                _prepared[deployment] = prepared;
            }

            Switch(served.State, found);
            return true;
        }
    }

    private async Task<ServeSettings> FindSettingsAsync(string deployment, CancellationToken cancellationToken) =>
        settings is null ? options.Serve : await settings.FindAsync(deployment, cancellationToken) ?? options.Serve;

    // Called with the gate held.
    private ServeSettings SettingsOf(string deployment) =>
        _prepared.GetValueOrDefault(deployment)?.Settings ?? _snapshot.Find(deployment)?.Settings ?? options.Serve;

    [LoggerMessage(Level = LogLevel.Information, Message = "{Deployment} is served as its project says now")]
    private static partial void LogChanged(ILogger log, string deployment);
}
