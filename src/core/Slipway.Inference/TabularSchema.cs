namespace Slipway.Inference;

/// <summary>What a tabular model was trained on, kept as <c>model.json</c> beside the model file, so that it can be served with its own words.</summary>
/// <param name="Task"><c>regression</c>, <c>binary</c> or <c>multiclass</c>.</param>
/// <param name="Columns">The features in the model's order.</param>
/// <param name="Labels">The classes in the order of the model's scores; empty for a regression. For <c>binary</c> the second is the positive one.</param>
public sealed record TabularSchema(string Task, IReadOnlyList<TabularColumn> Columns, IReadOnlyList<string> Labels)
{
    /// <summary>The file's name inside an artifact.</summary>
    public const string FileName = "model.json";
}

/// <summary>One feature.</summary>
/// <param name="Name">The column's name.</param>
/// <param name="Categories">
/// Null for a number. For text, the values seen in training: the index of a value is the code the model knows it by; a value that
/// is not among them counts as missing.
/// </param>
public sealed record TabularColumn(string Name, IReadOnlyList<string>? Categories = null);
