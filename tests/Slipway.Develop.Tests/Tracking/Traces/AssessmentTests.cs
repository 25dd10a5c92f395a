using System.Net;
using System.Text.Json;

namespace Slipway.Develop.Tests.Tracking.Traces;

public abstract class AssessmentTests(TrackingServer server)
{
    private static readonly object Ann = new { source_type = "HUMAN", source_id = "ann" };

    private readonly WireClient _client = server.Client;

    [Fact]
    public async Task Feedback_is_answered_as_created_as_read_and_in_the_trace()
    {
        var trace = await _client.StartTraceAsync();
        var created = await CreateAsync(trace, new
        {
            assessment_name = "is <good>",
            trace_id = trace,
            span_id = "00f067aa0ba902b7",
            source = new { source_type = "LLM_JUDGE", source_id = "judge-1" },
            feedback = new { value = new { score = 0.5, why = "<b>" } },
            rationale = "since é",
            metadata = new { a = "1" },
        });

        var id = created.GetProperty("assessment_id").GetString()!;
        var now = server.Time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
        Assert.Matches("^a-[0-9a-f]{32}$", id);
        Assert.Equal(
            $$$"""{"assessment_id":"{{{id}}}","assessment_name":"is \u003Cgood\u003E","trace_id":"{{{trace}}}","span_id":"00f067aa0ba902b7","source":{"source_type":"LLM_JUDGE","source_id":"judge-1"},"create_time":"{{{now}}}","last_update_time":"{{{now}}}","feedback":{"value":{"score":0.5,"why":"\u003Cb\u003E"}},"rationale":"since é","metadata":{"a":"1"},"valid":true}""",
            created.GetRawText());
        Assert.Equal(created.GetRawText(), (await _client.CallAsync("GET", $"traces/{trace}/assessments/{id}")).GetProperty("assessment").GetRawText());
        Assert.Equal(created.GetRawText(), (await _client.TraceInfoAsync(trace)).GetProperty("assessments")[0].GetRawText());
    }

    [Theory]
    [InlineData("""{"feedback": {"value": 1}}""")]
    [InlineData("""{"feedback": {"value": true}}""")]
    [InlineData("""{"feedback": {"value": ["a", "b"]}}""")]
    [InlineData("""{"feedback": {"value": null, "error": {"error_code": "RATE_LIMIT", "error_message": "too many", "stack_trace": "at x"}}}""")]
    [InlineData("""{"feedback": {"error": {"error_code": "RATE_LIMIT"}}}""")]
    [InlineData("""{"expectation": {"value": "forty-two"}}""")]
    [InlineData("""{"expectation": {"serialized_value": {"serialization_format": "JSON_FORMAT", "value": "{\"a\": 1}"}}}""")]
    public async Task A_value_comes_back_as_it_was_sent(string value)
    {
        var sent = JsonDocument.Parse(value).RootElement.EnumerateObject().Single();
        var trace = await _client.StartTraceAsync();

        var created = await CreateAsync(trace, WireClient.With(new { assessment_name = "x", source = Ann }, (sent.Name, System.Text.Json.Nodes.JsonNode.Parse(sent.Value.GetRawText()))));

        Assert.True(JsonElement.DeepEquals(sent.Value, created.GetProperty(sent.Name)));
    }

    [Fact]
    public async Task Only_what_the_mask_names_is_changed_and_metadata_is_added_to()
    {
        var trace = await _client.StartTraceAsync();
        var id = (await CreateAsync(trace, new { assessment_name = "x", source = Ann, feedback = new { value = 1 }, rationale = "old", metadata = new { a = "1", b = "1" } })).GetProperty("assessment_id");
        server.Time.Advance(TimeSpan.FromSeconds(1));

        var updated = (await _client.CallAsync("PATCH", $"traces/{trace}/assessments/{id}", new
        {
            assessment = new { assessment_name = "y", feedback = new { value = 2 }, rationale = "new", metadata = new { b = "2" } },
            update_mask = "assessmentName,feedback,metadata",
        })).GetProperty("assessment");

        Assert.Equal(("y", 2, "old"), (updated.GetProperty("assessment_name").GetString(), updated.GetProperty("feedback").GetProperty("value").GetInt32(), updated.GetProperty("rationale").GetString()));
        Assert.Equal("""{"a":"1","b":"2"}""", updated.GetProperty("metadata").GetRawText());
        Assert.NotEqual(updated.GetProperty("create_time").GetString(), updated.GetProperty("last_update_time").GetString());
        Assert.Equal(updated.GetRawText(), (await _client.CallAsync("GET", $"traces/{trace}/assessments/{id}")).GetProperty("assessment").GetRawText());
    }

    [Theory]
    [InlineData("""{"assessment": {"rationale": "a"}}""", "'update_mask'")]
    [InlineData("""{"update_mask": "rationale"}""", "'assessment'")]
    [InlineData("""{"assessment": {}, "update_mask": "source"}""", "assessment_name, feedback, expectation, rationale, metadata")]
    [InlineData("""{"assessment": {}, "update_mask": ","}""", "'update_mask'")]
    [InlineData("""{"assessment": {}, "update_mask": "feedback"}""", "'assessment.feedback'")]
    [InlineData("""{"assessment": {}, "update_mask": "assessment_name"}""", "'assessment.assessment_name'")]
    [InlineData("""{"assessment": {"expectation": {"value": 1}}, "update_mask": "expectation"}""", "Cannot update expectation value on a feedback assessment.")]
    public async Task A_change_that_cannot_be_made_is_refused(string body, string message)
    {
        var trace = await _client.StartTraceAsync();
        var id = (await CreateAsync(trace, new { assessment_name = "x", source = Ann, feedback = new { value = 1 } })).GetProperty("assessment_id");

        var answer = await _client.TryAsync("PATCH", $"traces/{trace}/assessments/{id}", body);

        Assert.Equal((HttpStatusCode.BadRequest, "INVALID_PARAMETER_VALUE"), (answer.Status, answer.ErrorCode));
        Assert.Contains(message, answer.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_overrides_takes_the_place_until_it_is_deleted()
    {
        var trace = await _client.StartTraceAsync();
        var first = (await CreateAsync(trace, new { assessment_name = "x", source = Ann, feedback = new { value = "bad" } })).GetProperty("assessment_id").GetString()!;
        var second = (await CreateAsync(trace, new { assessment_name = "x", source = Ann, feedback = new { value = "good" }, overrides = first })).GetProperty("assessment_id").GetString()!;

        Assert.False(await IsValidAsync(trace, first));
        Assert.True(await IsValidAsync(trace, second));
        Assert.Equal([], (await _client.SearchTracesAsync("0", $"trace_id = '{trace}' and feedback.x = 'bad'")).Ids);

        await _client.CallAsync("DELETE", $"traces/{trace}/assessments/{second}");
        Assert.True(await IsValidAsync(trace, first));
        Assert.Equal([trace], (await _client.SearchTracesAsync("0", $"trace_id = '{trace}' and feedback.x = 'bad'")).Ids);
        Assert.Equal($"Assessment with ID '{second}' not found for trace '{trace}'", (await _client.TryAsync("GET", $"traces/{trace}/assessments/{second}")).Message);
    }

    [Fact]
    public async Task An_assessment_belongs_to_its_trace()
    {
        var (trace, other) = (await _client.StartTraceAsync(), await _client.StartTraceAsync());
        var id = (await CreateAsync(trace, new { assessment_name = "x", source = Ann, feedback = new { value = 1 } })).GetProperty("assessment_id").GetString()!;

        Assert.Equal(HttpStatusCode.NotFound, (await _client.TryAsync("GET", $"traces/{other}/assessments/{id}")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await _client.TryAsync("DELETE", $"traces/{other}/assessments/{id}")).Status);
        Assert.Equal("RESOURCE_ALREADY_EXISTS", (await TryCreateAsync(other, new { assessment_id = id, assessment_name = "x", source = Ann, feedback = new { value = 1 } })).ErrorCode);
        Assert.Equal("RESOURCE_DOES_NOT_EXIST", (await TryCreateAsync(other, new { assessment_name = "x", source = Ann, feedback = new { value = 1 }, overrides = id })).ErrorCode);
        Assert.False((await _client.TraceInfoAsync(other)).TryGetProperty("assessments", out _));
    }

    [Fact]
    public async Task A_trace_may_be_told_with_assessments_which_a_repetition_does_not_double()
    {
        var told = TraceClient.Told(TraceClient.NewId(), others: new { assessments = new[] { new { assessment_name = "x", source = Ann, feedback = new { value = 1 }, create_time = TraceClient.Moment } } });

        await _client.CallAsync("POST", "traces", told);
        var info = (await _client.CallAsync("POST", "traces", told)).GetProperty("trace").GetProperty("trace_info");

        Assert.Equal(TraceClient.Moment, Assert.Single(info.GetProperty("assessments").EnumerateArray()).GetProperty("create_time").GetString());
    }

    [Theory]
    [InlineData("""{}""", "'assessment'")]
    [InlineData("""{"assessment": {}}""", "'assessment.source'")]
    [InlineData("""{"assessment": {"source": {}, "feedback": {"value": 1}, "assessment_name": "x"}}""", "'assessment.source.source_type'")]
    [InlineData("""{"assessment": {"source": {"source_type": "ROBOT"}, "feedback": {"value": 1}, "assessment_name": "x"}}""", "SOURCE_TYPE_UNSPECIFIED, HUMAN, LLM_JUDGE, CODE")]
    [InlineData("""{"assessment": {"source": {"source_type": 1}, "assessment_name": "x"}}""", "'assessment.feedback'")]
    [InlineData("""{"assessment": {"source": {"source_type": 1}, "assessment_name": "x", "feedback": {}}}""", "'assessment.feedback.value'")]
    [InlineData("""{"assessment": {"source": {"source_type": 1}, "assessment_name": "x", "feedback": 1}}""", "'assessment.feedback'")]
    [InlineData("""{"assessment": {"source": {"source_type": 1}, "assessment_name": "x", "feedback": {"value": "\ud800"}}}""", "not valid Unicode")]
    [InlineData("""{"assessment": {"source": {"source_type": 1}, "assessment_name": "x", "feedback": {"error": {}}}}""", "'assessment.feedback.error.error_code'")]
    [InlineData("""{"assessment": {"source": {"source_type": 1}, "assessment_name": "x", "feedback": {"value": 1}, "expectation": {"value": 1}}}""", "Only one of")]
    [InlineData("""{"assessment": {"source": {"source_type": 1}, "feedback": {"value": 1}}}""", "'assessment.assessment_name'")]
    [InlineData("""{"assessment": {"source": {"source_type": 1}, "assessment_name": "x", "feedback": {"value": 1}, "trace_id": "tr-other"}}""", "'assessment.trace_id'")]
    [InlineData("""{"assessment": {"source": {"source_type": 1}, "assessment_name": "x", "feedback": {"value": 1}, "metadata": {"a": 1}}}""", "'assessment.metadata[a]'")]
    public async Task A_mistake_is_a_sentence_with_the_field(string body, string message)
    {
        var answer = await _client.TryAsync("POST", $"traces/{await _client.StartTraceAsync()}/assessments", body);

        Assert.Equal((HttpStatusCode.BadRequest, "INVALID_PARAMETER_VALUE"), (answer.Status, answer.ErrorCode));
        Assert.Contains(message, answer.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(250, 65_535, true)]
    [InlineData(251, 1, false)]
    [InlineData(1, 65_536, false)]
    public async Task Names_have_250_characters_and_rationales_65535(int name, int rationale, bool taken)
    {
        var answer = await TryCreateAsync(
            await _client.StartTraceAsync(), new { assessment_name = new string('é', name), source = Ann, feedback = new { value = new string('x', rationale - 2 > 0 ? rationale - 2 : 1) }, rationale = new string('x', rationale) });

        Assert.Equal(taken, answer.Status == HttpStatusCode.OK);
    }

    private async Task<JsonElement> CreateAsync(string trace, object assessment) => (await _client.CallAsync("POST", $"traces/{trace}/assessments", new { assessment })).GetProperty("assessment");

    private Task<WireAnswer> TryCreateAsync(string trace, object assessment) => _client.TryAsync("POST", $"traces/{trace}/assessments", new { assessment });

    private async Task<bool> IsValidAsync(string trace, string id) => (await _client.CallAsync("GET", $"traces/{trace}/assessments/{id}")).GetProperty("assessment").GetProperty("valid").GetBoolean();
}

public sealed class AssessmentOnSqliteTests(TrackingServer server) : AssessmentTests(server), IClassFixture<TrackingServer>;

public sealed class AssessmentOnPostgreSqlTests(PostgreSqlTrackingServer server) : AssessmentTests(server), IClassFixture<PostgreSqlTrackingServer>;
