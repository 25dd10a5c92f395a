using Dapper;

namespace Slipway.Develop.Tests.Tracking.Traces;

public abstract class DeleteTracesTests(TrackingServer server)
{
    private const string Delete = "/api/2.0/mlflow/traces/delete-traces";

    private readonly WireClient _client = server.Client;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task By_age_the_oldest_go_first_and_by_id_only_those_of_the_experiment()
    {
        var experiment = await _client.CreateExperimentAsync();
        var ids = new List<string>();
        foreach (var second in new[] { 3, 1, 2, 4 })
        {
            ids.Add(await _client.StartTraceAsync(experiment, new { request_time = $"2026-05-04T11:00:0{second}Z" }));
        }

        var at = new DateTimeOffset(2026, 5, 4, 11, 0, 3, TimeSpan.Zero).ToUnixTimeMilliseconds();
        var elsewhere = await _client.StartTraceAsync();

        Assert.Equal("""{"traces_deleted":2}""", (await _client.CallAsync("POST", Delete, new { experiment_id = experiment, max_timestamp_millis = at, max_traces = 2 })).GetRawText());
        Assert.Equal([ids[3], ids[0]], (await _client.SearchTracesAsync(experiment)).Ids);
        Assert.Equal("""{"traces_deleted":1}""", (await _client.CallAsync("POST", Delete, new { experiment_id = experiment, max_timestamp_millis = at })).GetRawText());
        Assert.Equal(
            """{"traces_deleted":1}""", (await _client.CallAsync("POST", "traces/delete-traces", new { experiment_id = experiment, request_ids = new[] { ids[3], elsewhere, "none" } })).GetRawText());
        Assert.Equal("""{"traces_deleted":0}""", (await _client.CallAsync("POST", Delete, new { experiment_id = experiment, max_timestamp_millis = at })).GetRawText());
        await _client.TraceInfoAsync(elsewhere);
    }

    [Fact]
    public async Task More_than_one_part_goes_and_leaves_no_row()
    {
        const string Add = """
            insert into traces (trace_id, experiment, request_time, state, is_told)
            with recursive n(i) as (select 1 union all select i + 1 from n where i < 1203) select 'many-' || i, @experiment, i, 'OK', 1 from n
            """;
        const string Tag = "insert into trace_tags (trace, key, experiment, value) select id, 'a', experiment, 'b' from traces where experiment = @experiment";
        const string Left = "select count(*) from trace_tags where experiment = @experiment";

        var parameters = new { experiment = long.Parse(await _client.CreateExperimentAsync(), System.Globalization.CultureInfo.InvariantCulture) };
        await server.Database.WriteAsync(async transaction => await transaction.ExecuteAsync(Add, parameters) + await transaction.ExecuteAsync(Tag, parameters), Cancel);

        var deleted = await _client.CallAsync("POST", Delete, new { experiment_id = $"{parameters.experiment}", max_timestamp_millis = 1202, max_traces = 1_000_000 });

        Assert.Equal("""{"traces_deleted":1202}""", deleted.GetRawText());
        Assert.Equal(1, await server.Database.ReadAsync(connection => connection.ExecuteScalarAsync<long>(Left, parameters), Cancel));
    }

    [Theory]
    [InlineData("""{"request_ids": ["a"]}""", "'experiment_id'")]
    [InlineData("""{"experiment_id": "0"}""", "Either `max_timestamp_millis` or `request_ids`")]
    [InlineData("""{"experiment_id": "0", "max_timestamp_millis": 1, "request_ids": ["a"]}""", "Only one of")]
    [InlineData("""{"experiment_id": "0", "max_traces": 1, "request_ids": ["a"]}""", "`max_traces` can't be specified")]
    [InlineData("""{"experiment_id": "0", "max_timestamp_millis": 1, "max_traces": 0}""", "positive integer, received 0")]
    [InlineData("""{"experiment_id": "0", "max_timestamp_millis": "x"}""", "'max_timestamp_millis'")]
    public async Task What_is_asked_for_must_be_clear(string body, string message)
    {
        var answer = await _client.TryAsync("POST", Delete, body);

        Assert.Equal("INVALID_PARAMETER_VALUE", answer.ErrorCode);
        Assert.Contains(message, answer.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_experiment_that_is_not_there_is_not_found() =>
        Assert.Equal("RESOURCE_DOES_NOT_EXIST", (await _client.TryAsync("POST", Delete, new { experiment_id = "4711", max_timestamp_millis = 1 })).ErrorCode);
}

public sealed class DeleteTracesOnSqliteTests(TrackingServer server) : DeleteTracesTests(server), IClassFixture<TrackingServer>;

public sealed class DeleteTracesOnPostgreSqlTests(PostgreSqlTrackingServer server) : DeleteTracesTests(server), IClassFixture<PostgreSqlTrackingServer>;
