using System.Text.Json;
using Dapper;
using Slipway.Storage;
using Slipway.Storage.Events;

namespace Slipway.Core.Tests.Storage;

/// <summary>What every metadata database does. A backend derives it and says how it is opened, with the table of <see cref="Notes"/>.</summary>
public abstract class DatabaseCompliance : IAsyncLifetime
{
    private static readonly Statement Insert = new("insert into notes (text) values (@text)");
    private static readonly Statement Between = new("select text from notes where text >= @low and text <= @high and text <> @low order by text");
    private static readonly Statement Known = new("select cast(@nothing as text), @infinite, @small");

    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    protected abstract Database Database { get; }

    protected abstract IEventLog Events { get; }

    public abstract ValueTask InitializeAsync();

    public abstract ValueTask DisposeAsync();

    [Fact]
    public async Task What_was_written_is_read()
    {
        await Database.WriteAsync("hello", Cancel);

        Assert.Equal(["hello"], await NotesAsync());
    }

    [Fact]
    public async Task A_write_that_throws_is_undone_and_its_caller_hears_why()
    {
        var error = await Assert.ThrowsAsync<FormatException>(() => Database.WriteAsync<int>(
            async transaction =>
            {
                await transaction.ExecuteAsync("insert into notes (text) values ('lost')");
                await transaction.AppendAsync(new NoteWritten("lost", Actor.Local));
                throw new FormatException("no");
            },
            Cancel));

        // Another commit, since the failure is answered before that of its batch.
        await Database.WriteAsync("kept", Cancel);

        Assert.Equal("no", error.Message);
        Assert.Equal(["kept"], await NotesAsync());
        Assert.Equal("note/kept", Assert.Single(await Events.ReadAsync(0, 10, Cancel)).Subject);
    }

    [Fact]
    public async Task A_statement_that_fails_undoes_its_own_caller_alone()
    {
        await Database.WriteAsync("taken", Cancel);

        // All are queued before the first runs, so they meet in one commit; every fourth breaks the primary key.
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 200).Select(async i =>
        {
            try
            {
                await Database.WriteAsync(i % 4 == 0 ? "taken" : $"note {i:000}", Cancel);
                return true;
            }
            catch (System.Data.Common.DbException)
            {
                return false;
            }
        }));

        Assert.Equal(Enumerable.Range(0, 200).Select(i => i % 4 != 0), outcomes);
        Assert.Equal([.. Enumerable.Range(0, 200).Where(i => i % 4 != 0).Select(i => $"note {i:000}"), "taken"], await NotesAsync());
        Assert.Equal(151, (await Events.ReadAsync(0, 1000, Cancel)).Count);
    }

    [Fact]
    public async Task Work_that_is_half_done_is_not_seen_by_readers()
    {
        var seen = await Database.WriteAsync(
            async transaction =>
            {
                await transaction.ExecuteAsync("insert into notes (text) values ('not yet')");
                Assert.Equal(["not yet"], await transaction.QueryAsync<string>("select text from notes"));
                return await NotesAsync();
            },
            Cancel);

        Assert.Empty(seen);
        Assert.Equal(["not yet"], await NotesAsync());
    }

    [Fact]
    public async Task A_transaction_reads_one_row_or_none()
    {
        await Database.WriteAsync("one", Cancel);

        var (one, none) = await Database.WriteAsync(
            async transaction => (
                await transaction.QuerySingleOrDefaultAsync<string>("select text from notes where text = @text", new { text = "one" }),
                await transaction.QuerySingleOrDefaultAsync<string>("select text from notes where text = 'two'")),
            Cancel);

        Assert.Equal("one", one);
        Assert.Null(none);
    }

    [Fact]
    public async Task A_kept_statement_takes_its_values_by_position_and_forgets_those_of_the_call_before()
    {
        var texts = new[] { "one", "it's two", "ünï 😀", "" };
        foreach (var text in texts)
        {
            Assert.Equal(1, await Database.WriteAsync(transaction => transaction.ExecuteAsync(Insert, text), Cancel));
        }

        var found = await Database.WriteAsync(
            async transaction => (
                await transaction.QueryAsync(Between, reader => reader.GetString(0), "a", "p"),
                await transaction.QueryAsync(Between, reader => reader.GetString(0), "q", "z"),
                await transaction.QueryAsync(Known, reader => (reader.IsDBNull(0), reader.GetDouble(1), reader.GetInt64(2)), null, double.PositiveInfinity, long.MinValue)),
            Cancel);

        Assert.Equal(["it's two", "one"], found.Item1);
        Assert.Empty(found.Item2);
        Assert.Equal([(true, double.PositiveInfinity, long.MinValue)], found.Item3);
        Assert.Equal(texts.Order(StringComparer.Ordinal), await NotesAsync());
    }

    [Fact]
    public async Task A_kept_statement_that_failed_is_used_again()
    {
        await Database.WriteAsync(transaction => transaction.ExecuteAsync(Insert, "taken"), Cancel);

        await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => Database.WriteAsync(transaction => transaction.ExecuteAsync(Insert, "taken"), Cancel));
        await Assert.ThrowsAsync<ArgumentException>(() => Database.WriteAsync(transaction => transaction.ExecuteAsync(Insert, "one", "too many"), Cancel));
        await Database.WriteAsync(transaction => transaction.ExecuteAsync(Insert, "free"), Cancel);

        Assert.Equal(["free", "taken"], await NotesAsync());
    }

    [Fact]
    public async Task A_write_that_was_cancelled_before_it_began_does_nothing()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Database.WriteAsync("never", new CancellationToken(canceled: true)));

        Assert.Empty(await NotesAsync());
    }

    [Fact]
    public async Task A_write_that_is_cancelled_while_it_waits_for_its_turn_does_nothing()
    {
        using var cancellation = new CancellationTokenSource();
        var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var first = Database.WriteAsync(
            async transaction =>
            {
                await turn.Task;
                return await transaction.ExecuteAsync("insert into notes (text) values ('first')");
            },
            Cancel);
        var second = Database.WriteAsync("second", cancellation.Token);

        await cancellation.CancelAsync();
        turn.SetResult();

        Assert.Equal(1, await first);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        Assert.Equal(["first"], await NotesAsync());
    }

    [Fact]
    public async Task A_write_inside_a_write_is_refused_instead_of_waiting_for_itself()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(
            () => Database.WriteAsync(async _ => await Database.WriteAsync("inner", Cancel), Cancel));

        await Database.WriteAsync("outer", Cancel);
        Assert.Equal(["outer"], await NotesAsync());
    }

    [Fact]
    public async Task Readers_and_writers_at_once_see_whole_commits_only()
    {
        var writers = Enumerable.Range(0, 8).Select(w => Task.Run(async () =>
        {
            for (var i = 0; i < 100; i++)
            {
                await Database.WriteAsync($"{w}/{i}", Cancel);
            }
        })).ToArray();
        var readers = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (!writers.All(w => w.IsCompleted))
            {
                var (notes, events) = await Database.ReadAsync(
                    connection => connection.QuerySingleAsync<(long, long)>("select (select count(*) from notes), (select count(*) from events)"), Cancel);
                Assert.Equal(notes, events);
            }
        })).ToArray();

        await Task.WhenAll([.. writers, .. readers]);

        Assert.Equal(800, (await NotesAsync()).Count);
    }

    [Fact]
    public async Task Every_answer_of_a_write_comes_after_its_commit()
    {
        await Task.WhenAll(Enumerable.Range(0, 16).Select(w => Task.Run(async () =>
        {
            for (var i = 0; i < 50; i++)
            {
                var text = $"{w}/{i}";
                await Database.WriteAsync(text, Cancel);
                Assert.Equal(1, await Database.ReadAsync(c => c.ExecuteScalarAsync<long>("select count(*) from notes where text = @text", new { text }), Cancel));
            }
        })));
    }

    [Fact]
    public async Task Sixteen_writers_beside_readers_never_hear_that_the_database_is_busy()
    {
        await Task.WhenAll(Enumerable.Range(0, 16).Select(w => Task.Run(async () =>
        {
            for (var i = 0; i < 40; i++)
            {
                await Database.WriteAsync($"{w}/{i}", Cancel);
                await Database.ReadAsync(c => c.ExecuteScalarAsync<long>("select count(*) from notes"), Cancel);
            }
        })));

        Assert.Equal(640, (await NotesAsync()).Count);
        Assert.Equal(640, (await Events.ReadAsync(0, 1000, Cancel)).Count);
    }

    [Fact]
    public async Task Positions_of_events_grow_and_events_keep_what_they_were_given()
    {
        var positions = new List<long>();
        for (var i = 0; i < 5; i++)
        {
            positions.Add(await Database.WriteAsync($"note {i}", Cancel));
        }

        var events = await Events.ReadAsync(0, 10, Cancel);

        Assert.Equal(positions, events.Select(e => e.Position));
        Assert.Equal(positions.Order().Distinct(), positions);
        Assert.All(events, e => Assert.Equal(("NoteWritten", "local"), (e.Type, e.Actor)));
        Assert.Equal("note/note 3", events[3].Subject);
        Assert.Equal(TimeSpan.Zero, events[3].At.Offset);
        Assert.Equal(new NoteWritten("note 3", Actor.Local), JsonSerializer.Deserialize<NoteWritten>(events[3].Data, SlipwayJson.Options));
        Assert.Equal(positions[3..], (await Events.ReadAsync(positions[2], 10, Cancel)).Select(e => e.Position));
        Assert.Equal(positions[..2], (await Events.ReadAsync(0, 2, Cancel)).Select(e => e.Position));
    }

    [Fact]
    public async Task The_newest_events_of_a_subject_come_oldest_first()
    {
        var positions = new List<long>();
        for (var i = 0; i < 4; i++)
        {
            positions.Add(await AppendAsync("a"));
            await AppendAsync("b");
        }

        Assert.Equal(positions, (await Events.ReadSubjectAsync("note/a", 100, Cancel)).Select(e => e.Position));
        Assert.Equal(positions[2..], (await Events.ReadSubjectAsync("note/a", 2, Cancel)).Select(e => e.Position));
        Assert.Empty(await Events.ReadSubjectAsync("note/c", 2, Cancel));
    }

    [Fact]
    public async Task The_events_of_several_subjects_come_oldest_first()
    {
        var positions = new List<long>();
        foreach (var subject in new[] { "a", "b", "c", "b", "a" })
        {
            positions.Add(await AppendAsync(subject));
        }

        Assert.Equal([positions[0], positions[1], positions[3], positions[4]], await PositionsAsync(Events.ReadSubjectsAsync(["note/b", "note/a", "note/none"], 100, Cancel)));
        Assert.Equal([positions[0], positions[1]], await PositionsAsync(Events.ReadSubjectsAsync(["note/b", "note/a"], 2, Cancel)));
        Assert.Empty(await Events.ReadSubjectsAsync([], 100, Cancel));
    }

    [Fact]
    public async Task The_events_of_a_set_come_newest_first_within_what_is_asked()
    {
        var at = new DateTimeOffset(2026, 5, 3, 14, 0, 0, TimeSpan.Zero);
        long[] positions =
        [
            await AppendAsync("Written", "a", at),
            await AppendAsync("Deleted", "a", at.AddSeconds(1)),
            await AppendAsync("Read", "a", at.AddSeconds(2)),
            await AppendAsync("Written", "b", at.AddSeconds(3)),
            await AppendAsync("Written", "a", at.AddSeconds(4)),
        ];
        var changes = new SubjectQuery("note/a", new EventSet("ix_changes", "Written", "Deleted"), 100);

        Assert.Equal([positions[4], positions[1], positions[0]], await PositionsAsync(Events.ReadSetAsync(changes, Cancel)));
        Assert.Equal([positions[4], positions[1]], await PositionsAsync(Events.ReadSetAsync(changes with { Limit = 2 }, Cancel)));
        Assert.Equal([positions[4], positions[0]], await PositionsAsync(Events.ReadSetAsync(changes with { Types = ["Written"] }, Cancel)));
        Assert.Equal([positions[1], positions[0]], await PositionsAsync(Events.ReadSetAsync(changes with { Before = positions[4] }, Cancel)));
        Assert.Equal([positions[1]], await PositionsAsync(Events.ReadSetAsync(changes with { After = positions[0], Limit = 1 }, Cancel)));
        Assert.Equal([positions[1], positions[4]], await PositionsAsync(Events.ReadSetAsync(changes with { After = positions[0] }, Cancel)));
        Assert.Equal([positions[1], positions[0]], await PositionsAsync(Events.ReadSetAsync(changes with { NotAfter = at.AddSeconds(1) }, Cancel)));
        Assert.Equal([positions[0]], await PositionsAsync(Events.ReadSetAsync(changes with { NotAfter = at.AddSeconds(1).AddTicks(-1) }, Cancel)));
        Assert.Empty(await Events.ReadSetAsync(changes with { NotAfter = at.AddTicks(-1) }, Cancel));
        Assert.Empty(await Events.ReadSetAsync(changes with { Subject = "note/none" }, Cancel));
    }

    [Fact]
    public async Task What_a_set_was_at_a_moment_goes_by_positions_when_the_clock_was_set_back()
    {
        var at = new DateTimeOffset(2026, 5, 3, 14, 0, 0, TimeSpan.Zero);
        var ahead = await AppendAsync("Written", "a", at.AddHours(1));
        var setBack = await AppendAsync("Written", "a", at);
        await AppendAsync("Written", "a", at.AddMinutes(30));
        var query = new SubjectQuery("note/a", new EventSet("ix_changes", "Written"), 100) { NotAfter = at.AddMinutes(1) };

        Assert.Equal([setBack, ahead], await PositionsAsync(Events.ReadSetAsync(query, Cancel)));
    }

    [Theory]
    [InlineData("update events set actor = 'somebody else'")]
    [InlineData("delete from events")]
    public async Task History_can_be_neither_changed_nor_deleted(string sql)
    {
        await Database.WriteAsync("kept", Cancel);

        await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => Database.WriteAsync(transaction => transaction.ExecuteAsync(sql), Cancel));

        Assert.Equal("local", Assert.Single(await Events.ReadAsync(0, 10, Cancel)).Actor);
    }

    [Fact]
    public async Task A_consumer_stands_where_its_last_committed_effect_left_it()
    {
        Assert.Equal(0, await Events.ReadCursorAsync("mailer", Cancel));
        await Database.WriteAsync(async transaction => await SaveAsync(transaction, 7), Cancel);
        await Assert.ThrowsAsync<FormatException>(() => Database.WriteAsync(
            async transaction =>
            {
                await SaveAsync(transaction, 8);
                return int.Parse("the effect fails", System.Globalization.CultureInfo.InvariantCulture);
            },
            Cancel));
        await Database.WriteAsync("another commit", Cancel);

        Assert.Equal(7, await Events.ReadCursorAsync("mailer", Cancel));
        Assert.Equal(0, await Events.ReadCursorAsync("another", Cancel));

        static async Task<int> SaveAsync(WriteTransaction transaction, long position)
        {
            await transaction.SaveCursorAsync("mailer", position);
            return 0;
        }
    }

    [Fact]
    public async Task Whoever_waits_for_an_event_is_woken_by_its_commit_and_by_no_other()
    {
        var position = await Database.WriteAsync("before", Cancel);
        await Events.WaitAsync(position - 1, Cancel);

        var waiting = Events.WaitAsync(position, Cancel);
        await Database.WriteAsync(transaction => transaction.ExecuteAsync("insert into notes (text) values ('no event')"), Cancel);
        await Assert.ThrowsAsync<FormatException>(() => Database.WriteAsync<int>(
            async transaction =>
            {
                await transaction.AppendAsync(new NoteWritten("undone", Actor.Local));
                throw new FormatException();
            },
            Cancel));
        Assert.False(waiting.IsCompleted);

        await Database.WriteAsync("after", Cancel);
        await waiting.WaitAsync(TimeSpan.FromSeconds(30), Cancel);
        Assert.Equal("note/after", Assert.Single(await Events.ReadAsync(position, 10, Cancel)).Subject);
    }

    [Fact]
    public async Task Waiting_for_an_event_can_be_given_up()
    {
        using var cancellation = new CancellationTokenSource();
        var waiting = Events.WaitAsync(1000, cancellation.Token);

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    protected Task<IReadOnlyList<string>> NotesAsync() => Database.ReadAsync<IReadOnlyList<string>>(
        async connection => [.. await connection.QueryAsync<string>("select text from notes order by text")], Cancel);

    private static async Task<long[]> PositionsAsync(Task<IReadOnlyList<StoredEvent>> events) => [.. (await events).Select(e => e.Position)];

    private Task<long> AppendAsync(string text) => Database.WriteAsync(transaction => transaction.AppendAsync(new NoteWritten(text, Actor.Local)), Cancel);

    // As the storage does, but at a stated time.
    private async Task<long> AppendAsync(string type, string text, DateTimeOffset at)
    {
        const string Sql = "insert into events (type, subject, actor, at, data) values (@type, @subject, 'local', @at, '{}') returning position";

        return await Database.WriteAsync(transaction => transaction.QuerySingleOrDefaultAsync<long>(Sql, new { type, subject = $"note/{text}", at = StoredTime.Format(at) }), Cancel);
    }
}
