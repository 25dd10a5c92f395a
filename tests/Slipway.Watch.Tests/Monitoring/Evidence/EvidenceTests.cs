using System.Globalization;
using Slipway.Core.Projects;
using Slipway.Monitoring.Outcomes;
using Slipway.Rollouts.Releases;
using Slipway.Statistics.Sequential;
using Slipway.Watch.Tests.Monitoring.Outcomes;

namespace Slipway.Watch.Tests.Monitoring.Evidence;

/// <summary>What a rollout is judged by, in a replay whose slots are an hour long.</summary>
public sealed class EvidenceTests : IAsyncLifetime
{
    private static readonly Guardrail Errors = new("error_rate", new Margin(0.005, false), 0, 1);
    private static readonly Guardrail Off = new("absolute_error", new Margin(0.04, false), 0, 256);
    private static readonly Guardrail Right = new("accuracy", new Margin(0.02, false), 0, 1);

    private WatchHost _host = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _host = await WatchHost.StartAsync(Cancel, new OutcomesOptions { MaxUnits = 5 });

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Errors_count_by_arm_in_the_slot_of_their_event_time()
    {
        var rollout = Start([Errors]);
        Record(rollout, "10:05", new Row("a"), new Row("b") { Failed = true }, new Row("c"));
        RecordCandidate(rollout, "10:59", new Row("d") { Failed = true });
        Record(rollout, "11:00", new Row("e"));
        await SettleAsync();

        var slot = Assert.Single(await ReadAsync(rollout));
        Assert.Equal(Time("11:00"), slot.End);
        var counts = Assert.Single(slot.Counts);
        Assert.Equal(("error_rate", "", 0.25), (counts.Metric, counts.Segment, counts.Weight));
        Assert.Equal(new Dictionary<int, long> { [LossBins.Edges] = 1 }, counts.Candidate);
        Assert.Equal(new Dictionary<int, long> { [0] = 2, [LossBins.Edges] = 1 }, counts.Stable);
    }

    [Fact]
    public async Task An_open_slot_is_not_shown_and_the_last_closed_one_always_is()
    {
        var rollout = Start([Errors]);
        Record(rollout, "10:05", new Row("a"));
        await SettleAsync();
        Assert.Equal([Time("10:00")], (await ReadAsync(rollout)).Select(s => s.End));

        Record(rollout, "14:30", new Row("b"));
        await SettleAsync();
        var slots = await ReadAsync(rollout);
        Assert.Equal([Time("11:00"), Time("14:00")], slots.Select(s => s.End));
        Assert.Empty(slots[1].Counts);
        Assert.Equal([Time("14:00")], (await ReadAsync(rollout, Time("11:00"))).Select(s => s.End));
        Assert.Empty(await ReadAsync(rollout, Time("14:00")));
    }

    [Fact]
    public async Task What_belongs_to_a_closed_slot_counts_in_the_open_one()
    {
        var rollout = Start([Errors]);
        Record(rollout, "10:05", new Row("a"));
        Record(rollout, "11:10", new Row("b"));
        await SettleAsync();
        var closed = await ReadAsync(rollout);

        Record(rollout, "10:06", new Row("late"));
        Record(rollout, "12:00", new Row("c"));
        await SettleAsync();
        var slots = await ReadAsync(rollout);
        Assert.Equal(closed[0].Counts[0].Stable, slots[0].Counts[0].Stable);
        Assert.Equal([1, 2], slots.Select(s => s.Counts[0].Stable[0]));
    }

    [Fact]
    public async Task A_key_counts_once_with_its_first_request()
    {
        var rollout = Start([Errors], "device");
        Record(rollout, "10:01", new Row("a") { Key = "ann", Segment = "mobile" }, new Row("b") { Key = "ann", Failed = true, Segment = "desk" }, new Row("c") { Key = "bob", Segment = "desk" });
        Record(rollout, "11:00", new Row("d") { Key = "ann", Failed = true, Segment = "mobile" });
        Record(rollout, "12:00", new Row("end"));
        await SettleAsync();

        Assert.Equal(
            ["error_rate: 0x2", "error_rate device=desk: 0x1 256x1", "error_rate device=mobile: 0x1"],
            Show((await ReadAsync(rollout))[0]));
    }

    [Fact]
    public async Task Rows_that_were_not_randomised_do_not_count()
    {
        var rollout = Start([Errors, Off]);
        var batch = Batch(rollout, "10:01", [new Row("a"), new Row("b")]);
        _host.Log.Record(batch with { Units = [batch.Units[0], 0] });
        Record(null, "10:02", new Row("c"));
        Record(rollout, "12:00", new Row("end"));
        await SettleAsync("""[{"id":"b","label":1},{"id":"c","label":1}]""");
        Assert.Equal(["error_rate: 0x1"], Show((await ReadAsync(rollout))[0]));
    }

    [Fact]
    public async Task The_absolute_error_is_clipped_to_its_range_and_counts_when_the_truth_is_known()
    {
        var rollout = Start([Off], "temp");
        Record(rollout, "10:01", new Row("a", Score: 10), new Row("b", Score: 10) { Temp = 1 });
        RecordCandidate(rollout, "10:02", new Row("c", Score: 10));
        await SettleAsync($$"""[{{Label("a", "26", "13:05")}},{{Label("b", "9999", "13:10")}},{{Label("c", "9", "14:05")}}]""");
        Record(rollout, "15:00", new Row("end"));
        await SettleAsync();

        var slots = (await ReadAsync(rollout)).Where(s => s.Counts.Count > 0).ToList();
        Assert.Equal([Time("14:00"), Time("15:00")], slots.Select(s => s.End));
        Assert.Equal(["absolute_error: 16x1 256x1", "absolute_error temp=0.5: 16x1", "absolute_error temp=1: 256x1"], Show(slots[0]));
        Assert.Equal(new Dictionary<int, long> { [1] = 1 }, slots[1].Counts[0].Candidate);
    }

    [Fact]
    public async Task Accuracy_counts_what_was_wrong()
    {
        _host.Releases.Task = "binary";
        var rollout = Start([Right]);
        Record(rollout, "10:01", new Row("a") { Scores = [0.2, 0.8] }, new Row("b") { Scores = [0.2, 0.8] }, new Row("c") { Scores = [0.2, 0.8] }, new Row("d") { Scores = [0.9, 0.1] });
        await SettleAsync($$"""[{{Label("a", "1", "10:05")}},{{Label("d", "0", "10:05")}},{{Label("b", "false", "10:06")}},{{Label("c", "9", "10:07")}}]""");
        Record(rollout, "12:00", new Row("end"));
        await SettleAsync();
        Assert.Equal(["accuracy: 0x2 256x1"], Show((await ReadAsync(rollout))[0]));
    }

    [Fact]
    public async Task An_outcome_of_a_key_counts_once_and_of_requests_each()
    {
        var rollout = Start([Off]);
        Record(rollout, "10:01", new Row("a") { Key = "ann" }, new Row("b") { Key = "ann" }, new Row("c"), new Row("d"));
        await SettleAsync($$"""[{{Label("b", "10", "10:05")}},{{Label("a", "99", "10:06")}},{{Label("c", "10", "10:07")}},{{Label("d", "10", "10:07")}}]""");
        Record(rollout, "12:00", new Row("end"));
        await SettleAsync();
        Assert.Equal(["absolute_error: 0x3"], Show((await ReadAsync(rollout))[0]));
    }

    [Fact]
    public async Task A_segment_has_a_hundred_values_and_the_rest_is_said()
    {
        var rollout = Start([Errors], "device");
        Record(rollout, "10:01", [.. Enumerable.Range(0, 130).Select(i => new Row($"r{i}") { Segment = i.ToString("D3", CultureInfo.InvariantCulture) })]);
        Record(rollout, "12:00", new Row("end") { Segment = "129" });
        await SettleAsync();
        _host = await _host.KillAsync(Cancel);
        Record(rollout, "12:30", new Row("other") { Segment = "000" }, new Row("more") { Segment = "129" });
        Record(rollout, "13:30", new Row("end2"));
        await SettleAsync();

        var slots = await ReadAsync(rollout);
        Assert.Equal(101, slots[0].Counts.Count);
        Assert.Equal(130, slots[0].Counts[0].Stable[0]);
        Assert.Equal(["error_rate: 0x3", "error_rate device=000: 0x1"], Show(slots[1]));
        Assert.Equal("The segment 'device' has more than 100 values; the others are judged with all requests only.", Assert.Single(await NotesAsync()));
    }

    [Fact]
    public async Task Beyond_the_bound_new_keys_stop_counting_and_the_record_says_so()
    {
        var rollout = Start([Errors]);
        Record(rollout, "10:01", [.. Enumerable.Range(0, 7).Select(i => new Row($"r{i}") { Key = $"k{i}" }), new Row("keyless")]);
        Record(rollout, "12:00", new Row("end"));
        await SettleAsync();
        Assert.Equal(["error_rate: 0x6"], Show((await ReadAsync(rollout))[0]));
        Assert.StartsWith("More than 5 sticky keys took part", Assert.Single(await NotesAsync()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rollout_that_has_ended_learns_nothing_more()
    {
        var rollout = Start([Errors]);
        Record(rollout, "10:01", new Row("a"));
        Record(rollout, "11:01", new Row("b"));
        await SettleAsync();
        _host.Releases.End(rollout.Id);
        Record(rollout, "12:01", new Row("c"));
        await SettleAsync();
        Record(rollout, "13:01", new Row("d"));
        await SettleAsync();
        Assert.Equal([Time("11:00")], (await ReadAsync(rollout)).Select(s => s.End));
    }

    [Fact]
    public async Task Weights_are_told_apart_and_where_one_arm_gets_everything_nothing_is_compared()
    {
        var rollout = Start([Errors]);
        Record(rollout, "10:01", new Row("a"));
        _host.Log.Record(new Rows(new Row("b") { At = Time("10:02") }) { Rollout = rollout.Id, Weight = 0.5 }.ToBatch(_host.Time.GetUtcNow()));
        _host.Log.Record(new Rows(new Row("c") { At = Time("10:03") }) { Rollout = rollout.Id, Weight = 1, Candidate = true }.ToBatch(_host.Time.GetUtcNow()));
        Record(rollout, "12:00", new Row("end"));
        await SettleAsync();
        Assert.Equal([(0.25, 1), (0.5, 1)], (await ReadAsync(rollout))[0].Counts.Select(c => (c.Weight, c.Stable[0])));
    }

    [Fact]
    public async Task Live_slots_close_with_the_servers_clock_also_without_requests_and_after_a_restart()
    {
        var rollout = Start([Errors]);
        _host.Log.Record(new Rows(new Row("a"), new Row("old") { At = _host.Time.GetUtcNow().AddHours(-5) }, new Row("ahead") { At = _host.Time.GetUtcNow().AddHours(5) })
        {
            Rollout = rollout.Id,
        }.ToBatch(_host.Time.GetUtcNow()));
        await SettleAsync();
        Assert.Equal([Rows.At("2026-05-04T12:00:00Z")], (await ReadAsync(rollout)).Select(s => s.End));

        _host = await _host.KillAsync(Cancel);
        _host.Time.Advance(TimeSpan.FromHours(2));
        await SettleAsync();
        var slots = await ReadAsync(rollout);
        Assert.Equal([Rows.At("2026-05-04T13:00:00Z"), Rows.At("2026-05-04T14:00:00Z")], slots.Select(s => s.End));
        Assert.Equal(3, slots[0].Counts[0].Stable[0]);
    }

    [Fact]
    public async Task Event_times_out_of_order_count_each_in_its_slot_while_it_is_open()
    {
        var rollout = Start([Errors]);
        _host.Log.Record(new Rows(new Row("a") { At = Time("12:10") }, new Row("b") { At = Time("10:10") }, new Row("c") { At = Time("11:10") }) { Rollout = rollout.Id }
            .ToBatch(_host.Time.GetUtcNow()));
        await SettleAsync();
        Assert.Equal([Time("11:00"), Time("12:00")], (await ReadAsync(rollout)).Select(s => s.End));
    }

    private static DateTimeOffset Time(string clock) => Rows.At($"2012-05-03T{clock}:00Z");

    private static string Label(string id, string label, string clock) => $$"""{"id":"{{id}}","label":{{label}},"time":"2012-05-03T{{clock}}:00Z"}""";

    private static IEnumerable<string> Show(EvidenceSlot slot) => slot.Counts.Select(c =>
        $"{c.Metric}{(c.Segment.Length > 0 ? " " : "")}{c.Segment}: {string.Join(' ', c.Stable.OrderBy(s => s.Key).Select(s => $"{s.Key}x{s.Value}"))}");

    private RolloutState Start(Guardrail[] guardrails, params string[] segments) => _host.Releases.Start(guardrails, segments);

    private void Record(RolloutState? rollout, string clock, params Row[] rows) => _host.Log.Record(Batch(rollout, clock, rows));

    private void RecordCandidate(RolloutState rollout, string clock, params Row[] rows) => _host.Log.Record(Batch(rollout, clock, rows, candidate: true));

    private Slipway.Monitoring.Log.PredictionBatch Batch(RolloutState? rollout, string clock, Row[] rows, bool candidate = false) =>
        new Rows([.. rows.Select(r => r with { At = Time(clock) })]) { Rollout = rollout?.Id, Candidate = candidate, Segments = rollout?.Plan.Segments.Contains("device") == true ? ["device"] : [] }
            .ToBatch(_host.Time.GetUtcNow());

    private Task<System.Text.Json.JsonElement> SettleAsync(string outcomes = "[]") => _host.SendAsync(outcomes, Cancel);

    private Task<IReadOnlyList<EvidenceSlot>> ReadAsync(RolloutState rollout, DateTimeOffset? after = null) => _host.Evidence.ReadAsync(rollout.Id, after, Cancel);

    private async Task<IReadOnlyList<string>> NotesAsync() => (await _host.Get<IOutcomes>().FindAsync("bikes", Cancel)).Notes;
}
