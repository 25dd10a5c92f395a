using System.Globalization;
using System.Net;
using System.Text.Json;
using CsCheck;

namespace Slipway.Develop.Tests.Tracking;

public abstract class MetricTests(TrackingServer server)
{
    private static readonly double[] Values = [0, 1, -1, double.NaN, double.PositiveInfinity, double.NegativeInfinity];

    private static readonly int[] FewSteps = [7, 500];

    private readonly WireClient _client = server.Client;

    [Theory]
    [InlineData("NaN", "NaN")]
    [InlineData("Infinity", "Infinity")]
    [InlineData("-Infinity", "-Infinity")]
    [InlineData("0.1", "0.1")]
    [InlineData("-1e3", "-1000")]
    public async Task A_number_may_come_as_text_and_what_is_not_finite_goes_back_as_text(string sent, string read)
    {
        var run = await _client.CreateRunAsync();

        await _client.LogMetricAsync(run, "m", sent);

        Assert.Equal(read, (await _client.DataAsync(run, "metrics"))["m"]);
        Assert.Equal([(0L, read)], await _client.HistoryAsync(run, "m"));
        Assert.Equal(char.IsLetter(read[^1]) ? JsonValueKind.String : JsonValueKind.Number, (await _client.GetRunAsync(run)).GetProperty("data").GetProperty("metrics")[0].GetProperty("value").ValueKind);
    }

    [Theory]
    [InlineData("1.7976931348623157e308")]
    [InlineData("5e-324")]
    [InlineData("-0.1234567890123456")]
    [InlineData("9007199254740993")]
    public async Task A_number_comes_back_to_the_last_bit(string number)
    {
        var run = await _client.CreateRunAsync();
        var value = double.Parse(number, CultureInfo.InvariantCulture);

        await _client.SendAsync(HttpMethod.Post, "/api/2.0/mlflow/runs/log-metric", $$"""{"run_id": "{{run}}", "key": "m", "value": {{number}}, "timestamp": 9223372036854775807, "step": -9223372036854775808}""");

        var metric = (await _client.GetRunAsync(run)).GetProperty("data").GetProperty("metrics")[0];
        Assert.Equal((value, long.MaxValue, long.MinValue), (metric.GetProperty("value").GetDouble(), metric.GetProperty("timestamp").GetInt64(), metric.GetProperty("step").GetInt64()));
    }

    [Fact]
    public async Task The_newest_value_is_that_of_the_highest_step_then_time_then_value_whenever_it_came()
    {
        var run = await _client.CreateRunAsync();
        var points = new (double Value, long Step, long Time)[] { (3, 5, 10), (9, 2, 99), (7, 5, 9), (4, 5, 10), (1, -1, 100) };
        foreach (var (value, step, time) in points)
        {
            await _client.LogMetricAsync(run, "one by one", value, step, time);
        }

        await _client.PostAsync("runs/log-batch", new { run_id = run, metrics = points.Select(p => new { key = "at once", value = p.Value, step = p.Step, timestamp = p.Time }) });

        var newest = await _client.DataAsync(run, "metrics");
        Assert.Equal(("4", "4"), (newest["one by one"], newest["at once"]));
        Assert.Equal([(-1, "1"), (2, "9"), (5, "7"), (5, "3"), (5, "4")], await _client.HistoryAsync(run, "at once"));
        Assert.Equal(await _client.HistoryAsync(run, "at once"), await _client.HistoryAsync(run, "one by one"));
    }

    [Fact]
    public async Task A_point_that_is_sent_twice_is_one()
    {
        var run = await _client.CreateRunAsync();
        for (var i = 0; i < 40; i++)
        {
            await _client.LogMetricAsync(run, "acc", 0.5, step: i % 4);
            await _client.LogMetricAsync(run, "nan", "NaN", step: i % 2);
        }

        Assert.Equal([0L, 1, 2, 3], (await _client.HistoryAsync(run, "acc")).Select(p => p.Step));
        Assert.Equal([0L, 1], (await _client.HistoryAsync(run, "nan")).Select(p => p.Step));
    }

    [Fact]
    public async Task A_value_keeps_the_model_and_the_dataset_that_it_belongs_to()
    {
        var run = await _client.CreateRunAsync();
        await _client.PostAsync("runs/log-metric", new { run_id = run, key = "acc", value = 1, timestamp = 5, model_id = "m-1", dataset_name = "train", dataset_digest = "abc" });
        await _client.PostAsync("runs/log-metric", new { run_id = run, key = "acc", value = 1, timestamp = 6, dataset_name = "test" });
        for (var i = 0; i < 40; i++)
        {
            await _client.LogMetricAsync(run, "other", i, step: i);
        }

        Assert.Equal(
            $$"""[{"key":"acc","value":1,"timestamp":5,"step":0,"dataset_name":"train","dataset_digest":"abc","model_id":"m-1","run_id":"{{run}}"},{"key":"acc","value":1,"timestamp":6,"step":0,"dataset_name":"test","run_id":"{{run}}"}]""",
            (await _client.GetAsync("metrics/get-history", ("run_id", run), ("metric_key", "acc"))).GetProperty("metrics").GetRawText());
    }

    // However points come (order, batches, repetitions), the history is their set, in order, in pages of any size.
    [Fact]
    public async Task A_history_is_the_sorted_set_of_what_was_sent()
    {
        var point = Gen.Select(Gen.Int[0, 6], Gen.Int[0, 3], Gen.Int[0, Values.Length - 1].Select(i => Values[i]), Gen.Bool.Select(b => b ? "a" : "b"));
        await Gen.Select(point.Array[0, 60], Gen.Int[1, 12], Gen.Int[1, 7]).SampleAsync(
            async (points, batch, page) =>
            {
                var run = await _client.CreateRunAsync();
                foreach (var part in points.Chunk(batch))
                {
                    await _client.PostAsync("runs/log-batch", new { run_id = run, metrics = part.Select(p => new { key = p.Item4, value = Text(p.Item3), timestamp = p.Item2, step = p.Item1 }) });
                }

                var expected = points.Where(p => p.Item4 == "a").Select(p => (p.Item1, p.Item2, Text(p.Item3))).Distinct().Order().ToList();
                var read = new List<(int, int, string)>();
                string? token = null;
                do
                {
                    var answer = await _client.GetAsync("metrics/get-history", ("run_id", run), ("metric_key", "a"), ("max_results", page), ("page_token", token ?? ""));
                    var metrics = answer.TryGetProperty("metrics", out var list) ? list.EnumerateArray().ToList() : [];
                    Assert.True(metrics.Count <= page);
                    read.AddRange(metrics.Select(m => (m.GetProperty("step").GetInt32(), m.GetProperty("timestamp").GetInt32(), m.GetProperty("value").ToString())));
                    token = answer.TryGetProperty("next_page_token", out var next) ? next.GetString() : null;
                }
                while (token is not null);

                Assert.Equal(expected, read.Order());
                Assert.Equal(read.Select(p => (p.Item1, p.Item2)), read.Select(p => (p.Item1, p.Item2)).Order());
                Assert.Equal(read.Select(p => (p.Item1, p.Item3)), (await _client.HistoryAsync(run, "a")).Select(p => ((int)p.Step, p.Value)));
            },
            iter: 25,
            threads: 1);

        static string Text(double value) => double.IsFinite(value) ? value.ToString(CultureInfo.InvariantCulture) : double.IsNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";
    }

    [Fact]
    public async Task Sixteen_writers_at_once_are_all_served()
    {
        var shared = await _client.CreateRunAsync();

        await Task.WhenAll(Enumerable.Range(0, 16).Select(async writer =>
        {
            var own = await _client.CreateRunAsync();
            for (var step = 0; step < 10; step++)
            {
                foreach (var run in new[] { own, shared })
                {
                    await _client.PostAsync("runs/log-batch", new
                    {
                        run_id = run,
                        metrics = Enumerable.Range(0, 5).Select(i => new { key = $"m{i}", value = writer, timestamp = writer, step }),
                        @params = new[] { new { key = $"p{writer}", value = "1" } },
                        tags = new[] { new { key = "last", value = $"{writer}" } },
                    });
                }
            }

            Assert.Equal(10, (await _client.HistoryAsync(own, "m4")).Count);
        }));

        Assert.Equal(160, (await _client.HistoryAsync(shared, "m0")).Count);
        Assert.Equal(16, (await _client.DataAsync(shared, "params")).Count);
    }

    [Fact]
    public async Task A_token_of_another_history_is_refused()
    {
        var run = await _client.CreateRunAsync();
        for (var i = 0; i < 3; i++)
        {
            await _client.LogMetricAsync(run, "a", i, step: i);
        }

        var token = (await _client.GetAsync("metrics/get-history", ("run_id", run), ("metric_key", "a"), ("max_results", 2))).GetProperty("next_page_token").GetString()!;
        foreach (var bad in new[] { await _client.TryGetAsync("metrics/get-history", ("run_id", run), ("metric_key", "b"), ("page_token", token)), await _client.TryGetAsync("metrics/get-history", ("run_id", run), ("metric_key", "a"), ("page_token", "x" + token)) })
        {
            Assert.Equal((HttpStatusCode.BadRequest, "INVALID_PARAMETER_VALUE"), (bad.Status, bad.ErrorCode));
        }
    }

    [Fact]
    public async Task Histories_of_several_runs_come_in_their_order_up_to_a_bound()
    {
        var runs = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            runs.Add(await _client.CreateRunAsync());
            await _client.PostAsync("runs/log-batch", new { run_id = runs[i], metrics = Enumerable.Range(0, 4).Select(step => new { key = "acc", value = step, timestamp = 1, step }) });
        }

        var all = await BulkAsync("metrics/get-history-bulk", [.. runs.Select(run => ("run_id", (object)run)), ("metric_key", "acc")]);
        var some = await BulkAsync("metrics/get-history-bulk", [("run_id", runs[2]), ("run_id", runs[0]), ("run_id", runs[2]), ("metric_key", "acc"), ("max_results", 5)]);

        Assert.Equal(runs.SelectMany(run => Enumerable.Range(0, 4).Select(step => (run, (long)step))), all);
        Assert.Equal([(runs[2], 0), (runs[2], 1), (runs[2], 2), (runs[2], 3), (runs[0], 0)], some);
        Assert.Equal("""{"metrics":[]}""", (await _client.GetAsync("metrics/get-history-bulk", ("run_id", runs[0]), ("metric_key", "none"))).GetRawText());
    }

    [Fact]
    public async Task Long_histories_are_thinned_out_evenly_with_the_first_and_the_last_step()
    {
        var (longRun, shortRun) = (await _client.CreateRunAsync(), await _client.CreateRunAsync());
        for (var i = 0; i < 3; i++)
        {
            await _client.PostAsync("runs/log-batch", new { run_id = longRun, metrics = Enumerable.Range(i * 333, 333).Select(step => new { key = "acc", value = step, timestamp = 1, step }) });
        }

        await _client.PostAsync("runs/log-batch", new { run_id = shortRun, metrics = FewSteps.Select(step => new { key = "acc", value = step, timestamp = 1, step }) });

        var whole = await IntervalAsync(10);
        Assert.Equal([0, 110, 221, 332, 443, 554, 665, 776, 887, 998], whole.Where(p => p.Run == longRun).Select(p => p.Step));
        Assert.Equal([7, 500], whole.Where(p => p.Run == shortRun).Select(p => p.Step));

        var part = await IntervalAsync(4, ("start_step", 100), ("end_step", 199));
        Assert.Equal([(longRun, 100), (longRun, 133), (longRun, 166), (longRun, 199)], part);
        Assert.Equal([(longRun, 998)], await IntervalAsync(1, ("start_step", 998), ("end_step", 5000)));
        Assert.Empty(await IntervalAsync(1, ("start_step", 1000), ("end_step", 5000)));
        Assert.Equal(999 + 2, (await IntervalAsync(2500)).Count);

        Task<List<(string Run, long Step)>> IntervalAsync(int most, params (string, object)[] range) =>
            BulkAsync("metrics/get-history-bulk-interval", [("run_ids", longRun), ("run_ids", shortRun), ("metric_key", "acc"), ("max_results", most), .. range]);
    }

    [Fact]
    public async Task Many_values_at_one_step_are_cut_off_at_the_bound()
    {
        var run = await _client.CreateRunAsync();
        await _client.PostAsync("runs/log-batch", new { run_id = run, metrics = Enumerable.Range(0, 100).Select(i => new { key = "acc", value = i, timestamp = i }) });

        Assert.Equal(10, (await BulkAsync("metrics/get-history-bulk-interval", [("run_ids", run), ("metric_key", "acc"), ("max_results", 10)])).Count);
    }

    [Theory]
    [InlineData("metrics/get-history-bulk", "run_id", 0, "", "must specify at least one and at most 100 run_id")]
    [InlineData("metrics/get-history-bulk", "run_id", 101, "", "Received 101 run_id")]
    [InlineData("metrics/get-history-bulk", "run_id", 1, "max_results=25001", "'max_results'")]
    [InlineData("metrics/get-history-bulk-interval", "run_ids", 101, "", "Received 101 run_ids")]
    [InlineData("metrics/get-history-bulk-interval", "run_ids", 1, "max_results=2501", "'max_results'")]
    [InlineData("metrics/get-history-bulk-interval", "run_ids", 1, "max_results=0", "'max_results'")]
    [InlineData("metrics/get-history-bulk-interval", "run_ids", 1, "start_step=1", "both must be specified")]
    [InlineData("metrics/get-history-bulk-interval", "run_ids", 1, "start_step=2&end_step=1", "end_step must be greater than start_step")]
    [InlineData("metrics/get-history-bulk-interval", "run_ids", 1, "start_step=1.5&end_step=2", "'start_step'")]
    [InlineData("metrics/get-history", "run_id", 1, "max_results=25001", "'max_results'")]
    public async Task Bounds_of_histories_are_named(string path, string field, int runs, string rest, string message)
    {
        var run = await _client.CreateRunAsync();
        var ids = string.Concat(Enumerable.Range(0, runs).Select(i => $"&{field}={(i == 0 ? run : $"{i}")}"));

        var answer = await _client.SendAsync(HttpMethod.Get, $"/api/2.0/mlflow/{path}?metric_key=acc{ids}&{rest}", null);

        Assert.Equal((HttpStatusCode.BadRequest, "INVALID_PARAMETER_VALUE"), (answer.Status, answer.ErrorCode));
        Assert.Contains(message, answer.Message, StringComparison.Ordinal);
    }

    private async Task<List<(string Run, long Step)>> BulkAsync(string path, (string, object)[] query) =>
        [.. (await _client.GetAsync(path, query)).GetProperty("metrics").EnumerateArray().Select(m => (m.GetProperty("run_id").GetString()!, m.GetProperty("step").GetInt64()))];
}

public sealed class MetricOnSqliteTests(TrackingServer server) : MetricTests(server), IClassFixture<TrackingServer>;

public sealed class MetricOnPostgreSqlTests(PostgreSqlTrackingServer server) : MetricTests(server), IClassFixture<PostgreSqlTrackingServer>;
