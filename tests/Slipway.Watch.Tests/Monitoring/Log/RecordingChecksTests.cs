using Slipway.Core.Projects;
using Slipway.Inference;
using Slipway.Inference.Tensors;
using Slipway.Monitoring;
using Slipway.Monitoring.Log.Rules;

namespace Slipway.Watch.Tests.Monitoring.Log;

/// <summary>What cannot be, given what is recorded, is refused in one sentence that says what to do.</summary>
public sealed class RecordingChecksTests
{
    private const string Canary = """
        deploy: { strategy: canary, guardrails: [{ metric: error_rate, margin: 1 pp }], segments: [region] }
        """;

    private const string Outcomes = """
        deploy: { strategy: canary, guardrails: [{ metric: absolute_error, range: [0, 100], margin: 1 pp }] }
        """;

    [Theory]
    [InlineData("monitor: { performance: { metric: rmse, degradation: 5% } }", 0, "monitor.performance is judged by recorded predictions, and the server's monitoring.log.sample is 0")]
    [InlineData("monitor: { latency: { p95: \"< 1 s\" } }", 0, "monitor.latency is judged by recorded")]
    [InlineData("monitor: { log: { sample: 0 } }\nretrain: { when: { any: { newLabels: 5 } } }", 1, "retrain.when.newLabels is judged by recorded predictions, and monitor.log.sample is 0")]
    [InlineData("monitor: { log: { sample: 0 } }\nretrain: { when: { any: { drift: true } } }", 1, "retrain.when.drift is judged")]
    [InlineData("monitor: { log: { sample: 0 } }\nretrain: { when: { any: { performance: true } } }", 1, "retrain.when.performance is judged")]
    [InlineData("monitor: { log: { sample: 0 } }\n" + Canary, 1, "deploy.strategy: canary is judged")]
    [InlineData("monitor: { log: { sample: 0 } }\n" + Outcomes, 1, "deploy.guardrails is judged")]
    [InlineData("monitor: { log: { sample: 0.1, redact: [region] } }\n" + Canary, 1, "deploy.segments judges 'region' apart, and monitor.log.redact keeps it out")]
    [InlineData("monitor: { log: { redact: [\"segment:region\"] } }\n" + Canary, 1, "deploy.segments judges 'region' apart")]
    public void A_project_that_is_to_be_judged_by_what_is_not_recorded_is_refused(string yaml, double server, string sentence) =>
        Assert.StartsWith(sentence, RecordingChecks.Of(Parse(yaml), new PredictionLogOptions { Sample = server }), StringComparison.Ordinal);

    [Theory]
    [InlineData("monitor: { log: { sample: 0 } }")]
    [InlineData("monitor: { log: { sample: 0.01 }, performance: { metric: rmse, degradation: 5% } }\n" + Canary)]
    [InlineData("monitor: { log: { sample: 1% }, performance: { metric: rmse, degradation: 5% } }")]
    public void What_can_be_is_not(string yaml) => Assert.Null(RecordingChecks.Of(Parse(yaml), new PredictionLogOptions { Sample = 0 }));

    [Fact]
    public void What_the_server_redacts_cannot_be_a_segment_either() => Assert.Equal(
        "data.segments judges 'colour' apart, and the server's monitoring.log.redact keeps it out of what is recorded. Remove it from one of the two.",
        RecordingChecks.Of(Parse("", segments: "[colour]"), new PredictionLogOptions { Redact = ["colour"] }));

    [Theory]
    [InlineData("monitor: { log: { redact: [customer] } }", "monitor.log.redact names 'customer', which the model does not have. It has x, colour, y, letter; a request's segments are written segment:NAME")]
    [InlineData("monitor: { log: { redact: [\"segment:\"] } }", "monitor.log.redact names 'segment:', which")]
    [InlineData("monitor: { log: { redact: [y] }, performance: { metric: rmse, degradation: 5% } }", "monitor.performance compares outcomes with the output 'y', and monitor.log.redact keeps it out")]
    [InlineData("monitor: { log: { redact: [y] } }\n" + Outcomes, "deploy.guardrails compares outcomes with the output 'y'")]
    [InlineData("monitor: { log: { redact: [x, colour, letter, \"segment:region\", sticky_key] }, performance: { metric: rmse, degradation: 5% } }", null)]
    [InlineData("monitor: { log: { redact: [y] } }", null)]
    public void A_name_that_the_model_does_not_have_is_refused_and_so_is_the_answer_that_it_is_judged_by(string yaml, string? sentence)
    {
        var signature = new ModelSignature(
            [new TensorSpec("x", TensorType.Float64, [-1]), new TensorSpec("colour", TensorType.Bytes, [-1])],
            [new TensorSpec("y", TensorType.Float64, [-1]), new TensorSpec("letter", TensorType.Bytes, [-1])],
            Tabular: true);

        var mistake = RecordingChecks.Of(Parse(yaml), new PredictionLogOptions { Redact = ["of another model"] }, signature);

        Assert.True(sentence is null ? mistake is null : mistake!.StartsWith(sentence, StringComparison.Ordinal), mistake);
    }

    private static ProjectConfig Parse(string yaml, string segments = "[]") => ProjectFile.Parse($"""
        model: line
        data:
          sql: select * from 'rows.csv'
          label: y
        {(segments == "[]" ? "" : $"  segments: {segments}")}
        train: {"{ task: regression }"}
        {yaml}
        """, "slipway.yaml");
}
