using Microsoft.Extensions.Time.Testing;
using Slipway.Inference.Tensors;
using Slipway.Monitoring.Log;
using Slipway.Rollouts.Releases;

namespace Slipway.Watch.Tests.Monitoring.Log;

public sealed class PredictionLogTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_was_answered_is_handed_over_column_by_column()
    {
        await using var host = LogHost.Unstarted(_folder.Path);

        Call.Tabular(21.5, "Oslo").Of("anna").In("device", "mobile").Record(host, "a");
        Call.Tabular(22.5, null).Record(host, "b");
        await host.Log.StartAsync(Cancel);
        await host.Log.DrainAsync(Cancel);

        var batch = Assert.Single(host.Consumer.Batches);
        Assert.Equal(["a", "b"], batch.Ids);
        Assert.Equal("bike-demand@1.0.0", batch.Source.Version.ToString());
        Assert.Equal(["anna", null], batch.Keys);
        Assert.Equal(["mobile", null], batch.Segments["device"]);
        Assert.Equal([21.5, 22.5], Assert.IsType<NumberValues>(batch.Inputs[0]).Values);
        Assert.Equal(["Oslo", null], Assert.IsType<TextValues>(batch.Inputs[1]).Values);
        Assert.Equal([43, 45], Assert.IsType<NumberValues>(Assert.Single(batch.Outputs)).Values);
        Assert.Equal(new PredictionLogFigures(2, 0, 0), host.Log.Figures);
    }

    [Fact]
    public async Task A_matrix_is_logged_by_its_columns_names_as_if_they_had_been_sent_one_by_one()
    {
        await using var host = LogHost.Unstarted(_folder.Path);
        string[] columns = ["temp", "hum"];

        new Call().Number("temp", 20).Number("hum", 0.5).Output("cnt", 1).Record(host, "named");
        new Call().Matrix(columns, 21, 0.6).Output("cnt", 2).Record(host, "one");
        new Call { Rows = 3 }.Matrix(columns, 22, 0.7, 23, 0.8, 24, double.NaN).Output("cnt", 3, 4, 5).Record(host, "three");
        await host.Log.StartAsync(Cancel);
        await host.Log.DrainAsync(Cancel);

        var batch = Assert.Single(host.Consumer.Batches);
        Assert.Equal(["named", "one", "three/0", "three/1", "three/2"], batch.Ids);
        Assert.Equal(columns, batch.Inputs.Select(i => i.Name));
        Assert.Equal([20, 21, 22, 23, 24], Assert.IsType<NumberValues>(batch.Inputs[0]).Values);
        Assert.Equal([0.5, 0.6, 0.7, 0.8, double.NaN], Assert.IsType<NumberValues>(batch.Inputs[1]).Values);
        Assert.Equal([1, 2, 3, 4, 5], Assert.IsType<NumberValues>(Assert.Single(batch.Outputs)).Values);
    }

    [Fact]
    public async Task After_a_kill_exactly_what_was_not_worked_on_is_handed_over_again()
    {
        var saved = new Dictionary<string, LogPosition>();
        var killed = await LogHost.StartAsync(_folder.Path, new RecordingConsumer(saved));
        Call.Tabular(1, "Oslo").Record(killed, "a");
        await killed.Log.DrainAsync(Cancel);
        killed.Consumer.Saves = false;
        Call.Tabular(2, "Rome").In("device", "mobile").Record(killed, "b");
        await killed.Log.DrainAsync(Cancel);
        Call.Tabular(3, null).Record(killed, "c");
        await killed.Log.DrainAsync(Cancel);
        killed.Abandon();

        await using var host = await LogHost.StartAsync(_folder.Path, new RecordingConsumer(saved));
        await host.Log.DrainAsync(Cancel);

        Assert.Equal(["b", "c"], host.Consumer.Ids);
        Assert.Equal(killed.Consumer.Positions.Skip(1), host.Consumer.Positions);
        Assert.Equivalent(killed.Consumer.Batches.Skip(1), host.Consumer.Batches, strict: true);
    }

    [Fact]
    public async Task A_note_comes_after_what_was_recorded_before_it_and_before_what_was_recorded_after_it()
    {
        await using var host = LogHost.Unstarted(_folder.Path);
        Call.Tabular().Record(host, "a");
        Call.Tabular(version: "bike-demand@2.0.0").Record(host, "b");
        await host.Log.PostAsync("first", Cancel);
        await host.Log.PostAsync("second", Cancel);
        Call.Tabular().Record(host, "c");

        await host.Log.StartAsync(Cancel);
        await host.Log.DrainAsync(Cancel);

        Assert.Equal(["a", "b", "first", "second", "c"], host.Consumer.Taken.SelectMany(t => t is PredictionBatch batch ? batch.Ids : [(string)t]));
    }

    [Fact]
    public async Task A_full_log_drops_the_newest_and_counts_them()
    {
        await using var host = LogHost.Unstarted(_folder.Path, options: new() { CapacityRows = 3 });
        foreach (var id in new[] { "a", "b", "c", "d", "e" })
        {
            Call.Tabular().Record(host, id);
        }

        Assert.Equal(new PredictionLogFigures(0, 2, 0), host.Log.Figures);
        await host.Log.StartAsync(Cancel);
        await host.Log.DrainAsync(Cancel);
        Call.Tabular().Record(host, "f");
        await host.Log.DrainAsync(Cancel);

        Assert.Equal(["a", "b", "c", "f"], host.Consumer.Ids);
        Assert.Equal(new PredictionLogFigures(4, 2, 0), host.Log.Figures);
    }

    [Fact]
    public async Task Large_rows_are_bounded_by_their_bytes()
    {
        await using var host = LogHost.Unstarted(_folder.Path, options: new() { CapacityMegabytes = 1 });
        for (var i = 0; i < 3; i++)
        {
            new Call().Input("image", [1, 100_000]).Record(host, $"{i}");
        }

        Assert.Equal(1, host.Log.Figures.Dropped);
    }

    [Fact]
    public async Task A_note_waits_for_room_rather_than_be_dropped()
    {
        await using var host = LogHost.Unstarted(_folder.Path, options: new() { CapacityRows = 1 });
        Call.Tabular().Record(host, "a");
        var posted = host.Log.PostAsync("note", Cancel).AsTask();
        Assert.False(posted.IsCompleted);

        await host.Log.StartAsync(Cancel);
        await posted;
        await host.Log.DrainAsync(Cancel);

        Assert.Equal("note", host.Consumer.Taken[^1]);
    }

    [Fact]
    public async Task Sources_have_batches_of_their_own_in_one_chunk_also_with_other_columns()
    {
        await using var host = await LogHost.StartAsync(_folder.Path);
        for (var i = 0; i < 3; i++)
        {
            Call.Tabular().Record(host, $"old{i}");
            new Call { Version = "bike-demand@2.0.0", Role = "candidate", Rollout = "r1", Weight = 0.25 }.Number("temp", 1).Number("wind", 2).Output("cnt", 3).Record(host, $"new{i}");
            await host.Log.DrainAsync(Cancel);
        }

        Assert.Equal(6, host.Consumer.Batches.Count());
        Assert.All(host.Consumer.Batches.Where(b => b.Source.Role == "candidate"), b => Assert.Equal(["temp", "wind"], b.Inputs.Select(c => c.Name)));

        // The first chunk ends when the second version comes; from then on one takes both.
        Assert.Equal(2, host.Consumer.Positions.Select(p => p.Chunk).Distinct().Count());
        Assert.Equal(host.Consumer.Positions.Order(), host.Consumer.Positions);
    }

    [Fact]
    public async Task Vectors_texts_and_digests_are_read_back_as_they_were_written()
    {
        var killed = await LogHost.StartAsync(_folder.Path);
        killed.Consumer.Saves = false;
        var call = new Call { Rows = 2 }.Input("embedding", [2, 2, 2], 1, 2, 3, 4, 5, 6, 7, 8).Input("image", [2, 1025], [.. Enumerable.Range(0, 2050)]).Number("temp", double.NaN, 1);
        Call.Fill(call.Inputs.Add("words", TensorType.Bytes, [2, 2]), "a", null, "\ud83d\ude80", "");
        call.Outputs.Add("flag", TensorType.Bool, [2]).Values<byte>()[1] = 1;
        call.Outputs.Add("count", TensorType.Int64, [2]).Values<long>().Fill(-7);
        call.Record(killed, "a");
        await killed.Log.DrainAsync(Cancel);
        killed.Abandon();

        await using var host = await LogHost.StartAsync(_folder.Path);
        await host.Log.DrainAsync(Cancel);

        var batch = Assert.Single(host.Consumer.Batches);
        Assert.Equal([5, 6, 7, 8], Assert.IsType<VectorValues>(batch.Inputs[0]).Values[1]!);
        var digest = Assert.IsType<DigestValues>(batch.Inputs[1]).Values[1]!;
        Assert.Equal((1025, 2049, 1537), (digest.Min, digest.Max, digest.Mean));
        Assert.Equal([1025], digest.Shape);
        Assert.Equal(64, digest.Sha256.Length);
        Assert.Equal(["[\"a\",null]", "[\"\\uD83D\\uDE80\",\"\"]"], Assert.IsType<TextValues>(batch.Inputs[3]).Values);
        Assert.Equal([0, 1], Assert.IsType<NumberValues>(batch.Outputs[0]).Values);
        Assert.Equal([-7, -7], Assert.IsType<NumberValues>(batch.Outputs[1]).Values);
        Assert.Equivalent(killed.Consumer.Batches, host.Consumer.Batches, strict: true);
    }

    [Fact]
    public async Task A_failed_call_is_one_row_without_values_beside_those_of_its_version()
    {
        await using var host = LogHost.Unstarted(_folder.Path);
        Call.Tabular().Record(host, "a");
        new Call { Failed = true, Rows = 3 }.Record(host, "b");
        await host.Log.StartAsync(Cancel);
        await host.Log.DrainAsync(Cancel);

        var batch = Assert.Single(host.Consumer.Batches);
        Assert.Equal([false, true], batch.Failed);
        Assert.Equal([20, double.NaN], Assert.IsType<NumberValues>(batch.Inputs[0]).Values);
        Assert.Equal(["Oslo", null], Assert.IsType<TextValues>(batch.Inputs[1]).Values);
        Assert.Equal([1.5, 1.5], batch.Milliseconds);
    }

    [Fact]
    public async Task Units_are_the_keys_of_rows_or_the_request_as_a_whole()
    {
        await using var host = LogHost.Unstarted(_folder.Path);
        new Call { Rollout = "r1", Weight = 0.5, Randomised = true, Rows = 3 }.Number("temp", 1, 2, 3).Of("anna", "bert", "anna").Record(host, "a");
        new Call { Rollout = "r1", Weight = 0.5, Randomised = true, Rows = 2 }.Number("temp", 1, 2).Record(host, "b");
        new Call { Rollout = "r1", Weight = 0.5, Rows = 1 }.Number("temp", 1).Of("anna").Record(host, "pinned");
        await host.Log.StartAsync(Cancel);
        await host.Log.DrainAsync(Cancel);

        var anna = RolloutUnits.Hash("r1", "anna");
        Assert.Equal([anna, RolloutUnits.Hash("r1", "bert"), anna, RolloutUnits.Hash("r1", "b"), 0, 0], Assert.Single(host.Consumer.Batches).Units);
        Assert.Equal([1.5, double.NaN, double.NaN, 1.5, double.NaN, 1.5], host.Consumer.Batches.Single().Milliseconds);
    }

    [Fact]
    public async Task A_stop_writes_and_hands_over_what_is_waiting()
    {
        var saved = new Dictionary<string, LogPosition>();
        await using (var stopped = await LogHost.StartAsync(_folder.Path, new RecordingConsumer(saved)))
        {
            await stopped.Log.DrainAsync(Cancel);
            Call.Tabular().Record(stopped, "a");
            await stopped.Log.StopAsync(Cancel);
            Assert.Equal(["a"], stopped.Consumer.Ids);
            Assert.True(stopped.Consumer.Settled > 0);
        }

        await using var host = await LogHost.StartAsync(_folder.Path, new RecordingConsumer(saved));
        await host.ConvertAsync();

        Assert.Empty(host.Consumer.Taken);
        Assert.Equal(0, host.Log.Figures.TornBatches);
        Assert.Single(host.Files("bikes", "*.parquet"));
    }

    [Fact]
    public async Task What_waits_is_written_at_the_next_tick_and_settled_within_a_second()
    {
        await using var host = await LogHost.StartAsync(_folder.Path);
        await host.Log.DrainAsync(Cancel);
        var (taken, settled) = (host.Consumer.NextTaken(), host.Consumer.NextSettled());
        Call.Tabular().Record(host, "a");
        Assert.Empty(host.Consumer.Taken);

        host.Time.Advance(TimeSpan.FromMilliseconds(100));
        await taken;

        Assert.Equal(["a"], host.Consumer.Ids);
        Assert.False(settled.IsCompleted);
        host.Time.Advance(TimeSpan.FromMilliseconds(900));
        await settled;
    }

    [Fact]
    public async Task A_chunk_ends_with_its_age()
    {
        await using var host = await LogHost.StartAsync(_folder.Path);
        Call.Tabular().Record(host, "a");
        await host.Log.DrainAsync(Cancel);
        host.Time.Advance(TimeSpan.FromHours(1));
        await host.ConvertAsync();

        Assert.Empty(host.Files("bikes", "*.arrows"));
        Assert.Single(host.Files("bikes", "*.parquet"));
    }

    [Fact]
    public async Task Chunks_sort_by_time_also_when_the_clock_went_back()
    {
        var saved = new Dictionary<string, LogPosition>();
        await using (var before = await LogHost.StartAsync(_folder.Path, new RecordingConsumer(saved), options: new() { ChunkRows = 1 }))
        {
            Call.Tabular().Record(before, "a");
            await before.ConvertAsync();
        }

        var last = saved["bikes"];
        await using var host = await LogHost.StartAsync(
            _folder.Path, new RecordingConsumer(saved), new FakeTimeProvider(new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero)));
        Call.Tabular().Record(host, "b");
        await host.Log.DrainAsync(Cancel);

        Assert.True(host.Consumer.Positions.Single().CompareTo(last) > 0);
    }

    [Fact]
    public async Task Predictions_are_found_in_finished_chunks_and_in_Parquet_and_unknown_ones_are_left_out()
    {
        await using var host = await LogHost.StartAsync(_folder.Path, options: new() { ChunkRows = 1 });
        var generated = Guid.CreateVersion7(Call.Arrival).ToString();
        Call.Tabular(1, "Oslo").Of("anna").In("device", "mobile").Record(host, generated);
        await host.ConvertAsync();
        host.Consumer.Saves = false;
        Call.Tabular(2, "Rome").Record(host, "b");
        await host.ConvertAsync();
        Assert.Single(host.Files("bikes", "*.arrows"));

        Assert.Equivalent(host.Consumer.Batches.Reverse(), await host.Log.FindAsync("bikes", [generated, "b", "unknown"], Cancel), strict: true);
        Assert.Equal([generated], (await host.Log.FindAsync("bikes", [generated], Cancel)).SelectMany(b => b.Ids));
        Assert.Empty(await host.Log.FindAsync("bikes", [Guid.CreateVersion7(Call.Arrival.AddDays(3)).ToString()], Cancel));
        Assert.Empty(await host.Log.FindAsync("no-such", ["b"], Cancel));
        Assert.Empty(await host.Log.FindAsync("../bikes", ["b"], Cancel));
        Assert.Empty(await host.Log.FindAsync("bikes", [], Cancel));
    }
}
