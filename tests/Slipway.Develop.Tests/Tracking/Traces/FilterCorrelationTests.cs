using System.Globalization;
using System.Text.Json;

namespace Slipway.Develop.Tests.Tracking.Traces;

/// <summary>How far conditions occur together.</summary>
public abstract class FilterCorrelationTests(TrackingServer server)
{
    private readonly WireClient _client = server.Client;

    [Theory]
    [InlineData("status = 'ERROR'", "tags.slow = 'yes'", null, 3, 4, 2, 10, 0.3173938, 0.2584859)]
    [InlineData("status = 'ERROR'", "status = 'ERROR'", null, 3, 3, 3, 10, 1, 0.7832535)]
    [InlineData("status = 'ERROR'", "status = 'OK'", null, 3, 7, 0, 10, -1, -0.52673)]
    [InlineData("execution_time_ms >= 0", "trace_id != 'none'", null, 10, 10, 10, 10, 1, 0.3032348)]
    [InlineData("status = 'ERROR'", "tags.slow = 'yes'", "tags.slow is not null", 2, 4, 2, 4, 0, 0)]
    [InlineData("tags.slow = 'never'", "status = 'OK'", null, 0, 7, 0, 10, double.NaN, double.NaN)]
    [InlineData("status = 'OK'", "status = 'OK'", "name = 'nothing'", 0, 0, 0, 0, double.NaN, double.NaN)]
    public async Task Counts_and_their_correlation(string first, string second, string? among, long one, long two, long both, long total, double npmi, double smoothed)
    {
        // Ten traces: 0 to 2 failed, 1 to 4 are slow.
        var experiment = await _client.CreateExperimentAsync();
        for (var i = 0; i < 10; i++)
        {
            var tags = i is >= 1 and <= 4 ? new Dictionary<string, string> { ["slow"] = "yes" } : [];
            await _client.StartTraceAsync(experiment, new { state = i < 3 ? "ERROR" : "OK", execution_duration = "1s", tags });
        }

        var answer = await _client.CallAsync(
            "POST", "traces/calculate-filter-correlation", new { experiment_ids = new[] { experiment }, filter_string1 = first, filter_string2 = second, base_filter = among });

        Assert.Equal((one, two, both, total), (Count("filter1_count"), Count("filter2_count"), Count("joint_count"), Count("total_count")));
        Assert.Equal(npmi, Number("npmi"), 1e-6);
        Assert.Equal(smoothed, Number("npmi_smoothed"), 1e-6);

        long Count(string name) => answer.GetProperty(name).GetInt64();

        double Number(string name) => answer.GetProperty(name) is { ValueKind: JsonValueKind.String } text ? double.Parse(text.GetString()!, CultureInfo.InvariantCulture) : answer.GetProperty(name).GetDouble();
    }

    [Theory]
    [InlineData("""{"filter_string1": "status = 'OK'", "filter_string2": "status = 'OK'"}""", "'experiment_ids'")]
    [InlineData("""{"experiment_ids": ["0"], "filter_string2": "status = 'OK'"}""", "'filter_string1'")]
    [InlineData("""{"experiment_ids": ["0"], "filter_string1": "status = 'OK'", "filter_string2": "  "}""", "'filter_string2'")]
    [InlineData("""{"experiment_ids": ["0"], "filter_string1": "status = 'OK'", "filter_string2": "status = OK"}""", "position 10")]
    [InlineData("""{"experiment_ids": ["0"], "filter_string1": "status = 'OK'", "filter_string2": "status = 'OK'", "base_filter": "x = 'y'"}""", "position 1")]
    public async Task A_mistake_is_a_sentence_with_its_place(string body, string message)
    {
        var answer = await _client.TryAsync("POST", "traces/calculate-filter-correlation", body);

        Assert.Equal("INVALID_PARAMETER_VALUE", answer.ErrorCode);
        Assert.Contains(message, answer.Message, StringComparison.Ordinal);
    }
}

public sealed class FilterCorrelationOnSqliteTests(TrackingServer server) : FilterCorrelationTests(server), IClassFixture<TrackingServer>;

public sealed class FilterCorrelationOnPostgreSqlTests(PostgreSqlTrackingServer server) : FilterCorrelationTests(server), IClassFixture<PostgreSqlTrackingServer>;
