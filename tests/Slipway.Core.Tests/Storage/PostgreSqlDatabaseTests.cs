using Slipway.Storage;
using Slipway.Storage.Events;
using Slipway.Tests;

namespace Slipway.Core.Tests.Storage;

public sealed class PostgreSqlDatabaseTests : DatabaseCompliance
{
    private readonly TemporaryFolder _folder = new();
    private OpenedStorage? _storage;
    private string _address = "";

    protected override Database Database => _storage!.Database;

    protected override IEventLog Events => _storage!.Events;

    public override async ValueTask InitializeAsync()
    {
        _address = await PostgreSqlServer.NewDatabaseAsync();
        await OpenAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        if (_storage is not null)
        {
            await _storage.DisposeAsync();
        }

        _folder.Dispose();
    }

    private async Task OpenAsync() => _storage = await OpenedStorage.OnAsync(_address, _folder.Of("data"), Cancel, Notes.Part);
}
