using Dapper;
using Slipway.Core.Errors;
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

    private string Name => _address[(_address.LastIndexOf('/') + 1)..];

    public override async ValueTask InitializeAsync()
    {
        _address = await PostgreSqlServer.NewDatabaseAsync();
        _storage = await OpenAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        if (_storage is not null)
        {
            await _storage.DisposeAsync();
        }

        _folder.Dispose();
    }

    [Fact]
    public async Task What_was_written_is_there_after_closing_and_opening()
    {
        var position = await Database.WriteAsync("kept", Cancel);
        await _storage!.DisposeAsync();
        _storage = await OpenAsync();

        Assert.Equal(["kept"], await NotesAsync());
        Assert.True(await Database.WriteAsync("more", Cancel) > position);
        await Events.WaitAsync(position, Cancel);
    }

    [Fact]
    public async Task A_reader_cannot_write()
    {
        var error = await Assert.ThrowsAsync<SlipwayException>(
            () => Database.ReadAsync(connection => connection.ExecuteAsync("insert into notes (text) values ('x')"), Cancel));

        Assert.Contains("takes no changes here", error.Message, StringComparison.Ordinal);
        Assert.Empty(await NotesAsync());
    }

    [Fact]
    public async Task What_is_longer_than_an_index_takes_is_the_callers_mistake_and_nothing_of_it_is_kept()
    {
        await Database.WriteAsync(transaction => transaction.ExecuteAsync("create index notes_by_text on notes (text)"), Cancel);
        var random = new byte[6000];
        new Random(1).NextBytes(random);

        var error = await Assert.ThrowsAsync<SlipwayException>(() => Database.WriteAsync(Convert.ToBase64String(random), Cancel));

        Assert.Equal(ErrorKind.InvalidInput, error.Kind);
        Assert.StartsWith("The names and keys of this change are together longer than an index of PostgreSQL takes", error.Message, StringComparison.Ordinal);
        Assert.Empty(await NotesAsync());
    }

    [Fact]
    public async Task A_reader_that_left_a_transaction_open_does_not_pass_its_old_state_on()
    {
        await Database.ReadAsync(connection => connection.ExecuteAsync("begin isolation level repeatable read; select count(*) from notes;"), Cancel);
        await Database.WriteAsync("new", Cancel);

        Assert.Equal(["new"], await NotesAsync());
    }

    [Fact]
    public async Task An_answer_waits_for_the_disk_whatever_the_server_is_set_to()
    {
        await (await PostgreSqlServer.GetAsync()).ExecuteAsync($"alter database {Name} set synchronous_commit = off");
        await _storage!.DisposeAsync();
        _storage = await OpenAsync();

        Assert.Equal("on", await Database.WriteAsync(transaction => transaction.QuerySingleOrDefaultAsync<string>("show synchronous_commit"), Cancel));
    }

    [Fact]
    public async Task Every_text_column_is_compared_by_its_bytes_and_every_whole_number_has_64_bits()
    {
        const string Sql = """
            select c.relname || '.' || a.attname from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_type t on t.oid = a.atttypid
            where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and a.attnum > 0
                and (t.typname in ('int2', 'int4', 'float4') or a.attcollation not in (0, '"C"'::regcollation))
            """;
        foreach (var text in new[] { "a", "B", "_", "é", "Z", "b" })
        {
            await Database.WriteAsync(text, Cancel);
        }

        Assert.Empty(await Database.ReadAsync(connection => connection.QueryAsync<string>(Sql), Cancel));
        Assert.Equal(["B", "Z", "_", "a", "b", "é"], await NotesAsync());
        Assert.Equal("t", await Database.ReadAsync(connection => connection.ExecuteScalarAsync<string>("""select case when 'a' < 'B' collate "und-x-icu" then 't' else 'f' end"""), Cancel));
    }

    [Fact]
    public async Task A_caller_that_ends_the_transaction_itself_fails_and_the_writer_goes_on()
    {
        await Assert.ThrowsAnyAsync<Exception>(() => Database.WriteAsync(transaction => transaction.ExecuteAsync("rollback"), Cancel));

        await Database.WriteAsync("after", Cancel);
        Assert.Equal(["after"], await NotesAsync());
    }

    [Fact]
    public async Task A_caller_that_goes_on_after_a_failed_statement_fails_alone()
    {
        await Database.WriteAsync("taken", Cancel);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 20).Select(async i =>
        {
            try
            {
                await Database.WriteAsync(
                    async transaction =>
                    {
                        await transaction.ExecuteAsync("insert into notes (text) values (@text)", new { text = $"note {i:00}" });
                        if (i % 4 == 0)
                        {
                            await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => transaction.ExecuteAsync("insert into notes (text) values ('taken')"));
                        }

                        return i;
                    },
                    Cancel);
                return true;
            }
            catch (System.Data.Common.DbException)
            {
                return false;
            }
        }));

        Assert.Equal(Enumerable.Range(0, 20).Select(i => i % 4 != 0), outcomes);
        Assert.Equal([.. Enumerable.Range(0, 20).Where(i => i % 4 != 0).Select(i => $"note {i:00}"), "taken"], await NotesAsync());
    }

    [Fact]
    public async Task The_one_character_that_PostgreSQL_does_not_keep_is_the_callers_mistake()
    {
        const string Text = "a\0b";
        var write = await Assert.ThrowsAsync<SlipwayException>(() => Database.WriteAsync(Text, Cancel));
        var read = await Assert.ThrowsAsync<SlipwayException>(
            () => Database.ReadAsync(connection => connection.ExecuteScalarAsync<long>("select count(*) from notes where text = @Text", new { Text }), Cancel));

        Assert.Equal((ErrorKind.InvalidInput, ErrorKind.InvalidInput), (write.Kind, read.Kind));
        await Database.WriteAsync("fine", Cancel);
        Assert.Equal(["fine"], await NotesAsync());
    }

    [Fact]
    public async Task A_connection_that_is_lost_within_a_write_fails_that_write_with_a_sentence_and_the_next_one_has_another()
    {
        await Database.WriteAsync("before", Cancel);

        var error = await Assert.ThrowsAsync<SlipwayException>(() => Database.WriteAsync(
            async transaction =>
            {
                await transaction.ExecuteAsync("insert into notes (text) values ('lost')");
                await CutWriterAsync();
                return await transaction.ExecuteAsync("insert into notes (text) values ('lost too')");
            },
            Cancel));
        await Database.WriteAsync("after", Cancel);

        Assert.Equal(ErrorKind.Unavailable, error.Kind);
        Assert.Matches("^The connection to the database postgres://slipway@.* was lost, and a change that was on its way was not kept", error.Message);
        Assert.Equal(["after", "before"], await NotesAsync());
    }

    [Fact]
    public async Task A_connection_that_is_lost_before_the_commit_says_that_nobody_knows()
    {
        var error = await Assert.ThrowsAsync<SlipwayException>(() => Database.WriteAsync(
            async transaction =>
            {
                await transaction.ExecuteAsync("create function cut() returns trigger language plpgsql as $$ begin perform pg_terminate_backend(pg_backend_pid()); return null; end $$");
                await transaction.ExecuteAsync("create constraint trigger cut after insert on notes deferrable initially deferred for each row execute function cut()");
                return await transaction.ExecuteAsync("insert into notes (text) values ('perhaps')");
            },
            Cancel));
        await Database.WriteAsync("after", Cancel);

        Assert.Contains("it may have been kept or not", error.Message, StringComparison.Ordinal);
        Assert.Contains("after", await NotesAsync());
    }

    [Fact]
    public async Task A_connection_that_is_lost_while_nobody_writes_is_noticed_by_nobody()
    {
        await Database.WriteAsync("before", Cancel);
        await CutWriterAsync();

        await Database.WriteAsync("after", Cancel);

        Assert.Equal(["after", "before"], await NotesAsync());
    }

    [Fact]
    public async Task A_process_that_lost_the_database_to_another_writes_no_more()
    {
        await CutWriterAsync();
        await using (var other = await OpenedStorage.OnAsync(_address, _folder.Of("other"), Cancel, Notes.Part))
        {
            var meanwhile = await Assert.ThrowsAsync<SlipwayException>(() => Database.WriteAsync("while it is there", Cancel));
            Assert.Contains("in use by another process", meanwhile.Message, StringComparison.Ordinal);
        }

        var afterwards = await Assert.ThrowsAsync<SlipwayException>(() => Database.WriteAsync("when it has gone", Cancel));
        Assert.Contains("takes no more changes", afterwards.Message, StringComparison.Ordinal);
        Assert.Empty(await NotesAsync());
    }

    [Fact]
    public async Task A_second_process_is_refused_and_told_who_has_the_database()
    {
        var error = await Assert.ThrowsAsync<SlipwayException>(() => OpenedStorage.OnAsync(_address, _folder.Of("other"), Cancel, Notes.Part));

        Assert.Equal(ErrorKind.Conflict, error.Kind);
        Assert.Matches($@"^The database postgres://slipway@127\.0\.0\.1:\d+/{Name} is in use by another process, slipway \(pid {Environment.ProcessId} on .*\)\. Stop that one first", error.Message);
    }

    [Fact]
    public async Task After_closing_a_write_and_a_read_say_that_slipway_stops()
    {
        var database = Database;
        await _storage!.DisposeAsync();

        var write = await Assert.ThrowsAsync<SlipwayException>(() => database.WriteAsync("late", Cancel));
        var read = await Assert.ThrowsAsync<SlipwayException>(() => database.ReadAsync(connection => connection.ExecuteAsync("select 1"), Cancel));

        Assert.Equal((ErrorKind.Unavailable, ErrorKind.Unavailable), (write.Kind, read.Kind));
    }

    [Fact]
    public async Task Writes_that_were_queued_when_it_closes_are_still_committed()
    {
        var writes = Enumerable.Range(0, 50).Select(i => Database.WriteAsync($"note {i}", Cancel)).ToArray();
        await _storage!.DisposeAsync();
        await Task.WhenAll(writes);

        _storage = await OpenAsync();
        Assert.Equal(50, (await NotesAsync()).Count);
    }

    private Task<OpenedStorage> OpenAsync() => OpenedStorage.OnAsync(_address, _folder.Of("data"), Cancel, Notes.Part);

    // As an administrator ends a session; the same as a server that went down, for who had it.
    private async Task CutWriterAsync() => await (await PostgreSqlServer.GetAsync()).ExecuteAsync(
        $"select pg_terminate_backend(l.pid, 30000) from pg_locks l join pg_database d on d.oid = l.database where l.locktype = 'advisory' and d.datname = '{Name}'");
}
