using Dapper;
using Slipway.Core.Errors;
using Slipway.Storage;
using Slipway.Storage.Events;

namespace Slipway.Core.Tests.Storage;

public sealed class SqliteDatabaseTests : DatabaseCompliance
{
    private readonly TemporaryFolder _folder = new();
    private OpenedStorage? _storage;

    protected override Database Database => _storage!.Database;

    protected override IEventLog Events => _storage!.Events;

    public override async ValueTask InitializeAsync() => _storage = await OpenedStorage.OpenAsync(_folder.Of("data"), Cancel, Notes.Part);

    public override async ValueTask DisposeAsync()
    {
        await _storage!.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task What_was_written_is_there_after_closing_and_opening()
    {
        var position = await Database.WriteAsync("kept", Cancel);
        await _storage!.DisposeAsync();
        await InitializeAsync();

        Assert.Equal(["kept"], await NotesAsync());
        Assert.True(await Database.WriteAsync("more", Cancel) > position);
        await Events.WaitAsync(position, Cancel);
    }

    [Fact]
    public async Task A_reader_cannot_write()
    {
        var error = await Assert.ThrowsAsync<SlipwayException>(
            () => Database.ReadAsync(connection => connection.ExecuteAsync("insert into notes (text) values ('x')"), Cancel));

        Assert.Contains("slipway.db could not be written", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reader_that_left_a_transaction_open_does_not_pass_its_old_state_on()
    {
        await Database.ReadAsync(connection => connection.ExecuteAsync("begin; select count(*) from notes;"), Cancel);
        await Database.WriteAsync("new", Cancel);

        Assert.Equal(["new"], await NotesAsync());
    }

    [Fact]
    public async Task The_writer_is_durable_and_holds_foreign_keys()
    {
        var settings = await Database.WriteAsync(
            async transaction => (
                await transaction.QuerySingleOrDefaultAsync<string>("pragma journal_mode"),
                await transaction.QuerySingleOrDefaultAsync<long>("pragma synchronous"),
                await transaction.QuerySingleOrDefaultAsync<long>("pragma foreign_keys"),
                await transaction.QuerySingleOrDefaultAsync<long>("pragma temp_store")),
            Cancel);

        Assert.Equal(("wal", 2, 1, 2), settings);
    }

    [Fact]
    public async Task A_caller_that_ends_the_transaction_itself_fails_and_the_writer_goes_on()
    {
        await Assert.ThrowsAnyAsync<Exception>(() => Database.WriteAsync(transaction => transaction.ExecuteAsync("rollback"), Cancel));

        await Database.WriteAsync("after", Cancel);
        Assert.Equal(["after"], await NotesAsync());
    }

    [Fact]
    public async Task After_closing_a_write_and_a_read_say_that_slipway_stops()
    {
        var database = Database;
        await _storage!.DisposeAsync();

        var write = await Assert.ThrowsAsync<SlipwayException>(() => database.WriteAsync("late", Cancel));
        var read = await Assert.ThrowsAsync<SlipwayException>(() => database.ReadAsync(connection => connection.ExecuteAsync("select 1"), Cancel));

        Assert.Equal((ErrorKind.Unavailable, ErrorKind.Unavailable), (write.Kind, read.Kind));
        await InitializeAsync();
    }

    [Fact]
    public async Task Writes_that_were_queued_when_it_closes_are_still_committed()
    {
        var writes = Enumerable.Range(0, 50).Select(i => Database.WriteAsync($"note {i}", Cancel)).ToArray();
        await _storage!.DisposeAsync();
        await Task.WhenAll(writes);

        await InitializeAsync();
        Assert.Equal(50, (await NotesAsync()).Count);
    }
}
