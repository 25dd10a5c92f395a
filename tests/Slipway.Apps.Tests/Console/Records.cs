using Slipway.Core.Names;
using Slipway.Datasets;
using Slipway.Inference;
using Slipway.Inference.Tensors;
using Slipway.Registry;
using Slipway.Retraining.Pipelines;
using Slipway.Serving.Figures;
using Slipway.Training;

namespace Slipway.Apps.Tests.Console;

/// <summary>Records as the modules give them, for components that only show them.</summary>
internal static class Records
{
    public static readonly DateTimeOffset Noon = new(2026, 5, 3, 12, 0, 0, TimeSpan.Zero);

    public static readonly VersionReference First = VersionReference.Parse("bike-demand@1.0.0");

    public static ColumnProfile Number(string name, params double[] quantiles) =>
        new(name, "DOUBLE", ColumnKind.Number, 0, 50, 0.5, 0.1, "0", "1", quantiles, []);

    public static ColumnProfile Text(string name, params ValueCount[] top) =>
        new(name, "VARCHAR", ColumnKind.Text, 0, top.Length, null, null, top[0].Value, top[^1].Value, [], top);

    public static DatasetVersion Data(params ColumnProfile[] columns) => new()
    {
        Name = "bike-demand",
        Digest = new string('a', 64),
        Rows = 17_379,
        Columns = columns,
        Sql = "select * from 'bikes.csv'",
        Label = columns[^1].Name,
        CreatedAt = Noon,
    };

    public static ModelSignature Tabular(params (string Name, TensorType Type)[] inputs) =>
        new([.. inputs.Select(i => new TensorSpec(i.Name, i.Type, [-1]))], [new TensorSpec("prediction", TensorType.Float64, [-1])], Tabular: true);

    public static ModelVersion Version(string version, VersionState state = VersionState.Approved) => new()
    {
        Model = "bike-demand",
        Version = SemanticVersion.Parse(version),
        Number = 1,
        ArtifactDigest = new string('b', 64),
        Format = "lightgbm",
        Signature = Tabular(("temp", TensorType.Float64)),
        Metrics = new Dictionary<string, double>(),
        Lineage = new Lineage("bike-demand", new string('c', 64), new Dictionary<string, string> { ["num_leaves"] = "63" }, "0123456789abcdef", "run"),
        VersionReason = "first version",
        CreatedAt = Noon,
        CreatedBy = "local",
        State = state,
    };

    public static Trial Trial(int number, double? score) =>
        new("run", "bike-demand", number, new Dictionary<string, string> { ["num_leaves"] = $"{number * 10}" }, "rmse", score, 0.5, Noon);

    public static VersionFigures Figures(string version, params FigureSlot[] slots) =>
        new(VersionReference.Parse($"bike-demand@{version}"), slots.Sum(s => s.Requests), slots.Sum(s => s.Errors), 1, 0.4, 0.9, 1.2, slots);

    public static PipelineStage Stage(string name, PipelineState state, string sentence = "") => new(name, state, 1, sentence, 0, 0, []);

    public static PipelineRun Run(PipelineState state, params PipelineStage[] stages) => new()
    {
        Id = "01f3",
        Model = "bike-demand",
        Goal = PipelineGoal.Deploy,
        State = state,
        Stages = stages,
        StartedAt = Noon,
        StartedBy = "local",
    };
}
