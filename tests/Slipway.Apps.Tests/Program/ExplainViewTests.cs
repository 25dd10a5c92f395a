using System.Text.Json;
using Slipway.Core;
using Slipway.Monitoring.Predictions;
using Slipway.Output;

namespace Slipway.Apps.Tests.Program;

public sealed class ExplainViewTests
{
    private static readonly DateTimeOffset At = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_prediction_is_told_in_lines_as_it_comes_over_the_wire()
    {
        var lines = ExplainView.Lines(OverTheWire(Explained("order-7", [1.5, "red", true, null]))).ToArray();

        Assert.Equal("bikes: order-7", lines[0]);
        Assert.Contains("  version    bike-demand@1.0.0, candidate, from the cache", lines);
        Assert.Contains("  inputs     in0                     FP32    1.5", lines);
        Assert.Contains("             in1                     FP32    red", lines);
        Assert.Contains("             in3                     FP32    missing", lines);
        Assert.Contains("  outcome    none yet", lines);
    }

    [Fact]
    public void A_failed_call_says_why_before_why_that_version()
    {
        var failed = Explained("order-7", []) with { Failed = true, FromCache = false, Error = new PredictionError("Timeout", "No instance was free.") };

        var lines = ExplainView.Lines(OverTheWire(failed)).ToArray();

        Assert.Equal("  version    bike-demand@1.0.0, candidate, failed", lines[1]);
        Assert.Equal("  failed     Timeout: No instance was free.", lines[2]);
        Assert.Contains("  failed     Timeout", ExplainView.Lines(failed with { Error = new PredictionError("Timeout", null) }));
    }

    [Fact]
    public void No_line_is_wider_than_80_columns_whatever_the_names_and_values()
    {
        var wide = new string('w', 300);
        var told = Explained(wide, [wide, Enumerable.Repeat(0.123456789, 500).ToArray()]) with { RowCount = 2000, Batch = new SharedRun(1, 1000, [.. Enumerable.Repeat(wide, 500)]) };
        var replay = new PredictionReplay
        {
            Id = wide,
            Deployment = "bikes",
            Version = "1.0.0",
            ReplayedWith = "10.20.30",
            ReplayedRunUs = 1e9,
            RowCount = 1,
            Rows = [new ReplayedRow(wide, [new ReplayedOutput(wide, "FP64", 1e300, -1e-300, -1e300), new ReplayedOutput("label", "BYTES", wide, "b", null)])],
        };

        Assert.All(ExplainView.Lines(OverTheWire(told)).Concat(ExplainView.Lines(OverTheWire(replay))), line => Assert.InRange(line.Length, 0, 80));
    }

    private static T OverTheWire<T>(T value) => JsonSerializer.Deserialize<T>(JsonSerializer.Serialize(value, SlipwayJson.Options), SlipwayJson.Options)!;

    private static PredictionExplanation Explained(string id, object?[] inputs) => new()
    {
        Id = id,
        Deployment = "bikes",
        Model = "bike-demand",
        Version = "1.0.0",
        Role = "candidate",
        Why = new Assignment("pinned", "The caller asked for 1.0.0 by name, so the rollout did not decide."),
        ArrivedAt = At,
        Failed = false,
        FromCache = true,
        Timing = new PredictionTiming(15.25, 100_000, 200_000, 300_000, 400_000, 500_000),
        RowCount = 1,
        Rows = [new ExplainedRow { Id = id, EventTime = At, StickyKey = id, Segments = new Dictionary<string, string> { [id] = id }, Inputs = [.. inputs.Select((v, i) => new LoggedValue($"in{i}", "FP32", v))], Outputs = [new LoggedValue(id, "FP64", 1.0)] }],
        NotLogged = [new NotLogged(id, "The log does not keep it.")],
    };
}
