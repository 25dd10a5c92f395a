using Slipway.Inference.Tensors;
using Slipway.Serving.Engine;

namespace Slipway.Serving.Repository.Configuration;

/// <summary>What a model's <c>config.pbtxt</c> says, as far as Slipway acts on it.</summary>
internal sealed record ModelConfig
{
    /// <summary>The file's name beside a model's versions.</summary>
    public const string FileName = "config.pbtxt";

    /// <summary>What holds without a file.</summary>
    public static ModelConfig None { get; } = new();

    /// <summary>The model's name, or null.</summary>
    public string? Name { get; init; }

    /// <summary>The most rows of a run; 0 says that the tensors have no batch dimension; null that nothing is said.</summary>
    public int? MaxBatchSize { get; init; }

    /// <summary>The inputs that are named.</summary>
    public IReadOnlyList<ConfiguredTensor> Inputs { get; init; } = [];

    /// <summary>The outputs that are named.</summary>
    public IReadOnlyList<ConfiguredTensor> Outputs { get; init; } = [];

    /// <summary>Which versions are served.</summary>
    public VersionPolicy Policy { get; init; } = VersionPolicy.Newest(1);

    /// <summary>The file of the model in a version's folder; null for the usual ones.</summary>
    public string? ModelFile { get; init; }

    /// <summary>How requests are run.</summary>
    public ServeSettings Settings { get; init; } = ServeSettings.Default;

    /// <summary>What the file says and Slipway does not act on, each to stand in a list.</summary>
    public IReadOnlyList<string> Ignored { get; init; } = [];
}

/// <summary>An input or output as a configuration has it.</summary>
/// <param name="Name">Its name in the model.</param>
/// <param name="Type">Its type.</param>
/// <param name="Dims">What callers send or get, without the batch dimension; −1 is open.</param>
/// <param name="Reshape">What the model takes or gives instead, or null.</param>
/// <param name="LabelFile">The file with the names of the classes, beside the configuration; null without one.</param>
internal sealed record ConfiguredTensor(string Name, TensorType Type, IReadOnlyList<long> Dims, IReadOnlyList<long>? Reshape, string? LabelFile);

/// <summary>Which of a folder's versions are served.</summary>
/// <param name="Latest">The newest so many; null where others count.</param>
/// <param name="Specific">Exactly these; null where others count.</param>
internal sealed record VersionPolicy(int? Latest, IReadOnlyList<int>? Specific)
{
    /// <summary>Every version.</summary>
    public static VersionPolicy All { get; } = new(null, null);

    /// <summary>The newest <paramref name="count"/>.</summary>
    public static VersionPolicy Newest(int count) => new(count, null);

    /// <summary>Those of <paramref name="there"/> that are served, the highest first.</summary>
    public IEnumerable<int> Choose(IEnumerable<int> there)
    {
        var ordered = there.OrderDescending();
        return Specific is not null ? ordered.Where(Specific.Contains) : Latest is { } count ? ordered.Take(count) : ordered;
    }
}
