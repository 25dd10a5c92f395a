using Slipway.Core.Errors;
using Slipway.Inference;
using Slipway.Inference.Tensors;

namespace Slipway.Serving.Repository.Configuration;

/// <summary>Compares a configuration with the model that it is for, and gives the model the contract that it states.</summary>
internal static class ConfiguredSignature
{
    /// <summary>The model as its configuration has it: the same one where the configuration states no more than the model itself.</summary>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.InvalidInput"/> naming what differs.</exception>
    public static IModel Apply(ModelConfig config, IReadOnlyList<string> labels, IModel model)
    {
        var of = model.Signature;
        RequireBatchDimension(config, of);
        var inputs = Match(config, config.Inputs, of.Inputs, of.Tabular, "input");
        var outputs = Match(config, config.Outputs, of.Outputs, of.Tabular, "output");
        if (config.Inputs.Count > 0 && inputs.FirstOrDefault(match => match.Configured is null && !match.Spec.Optional) is { } missing)
        {
            throw Differs($"does not name the model's input '{missing.Spec.Name}'; name all of them, or none");
        }

        var signature = of with
        {
            Inputs = [.. inputs.Select(match => match.Stated)],
            Outputs = [.. outputs.Select(match => match.Stated)],
            Labels = labels.Count > 0 ? labels : of.Labels,
        };
        return signature.Inputs.SequenceEqual(of.Inputs) && signature.Outputs.SequenceEqual(of.Outputs) && ReferenceEquals(signature.Labels, of.Labels)
            ? model
            : new ConfiguredModel(model, signature, [.. inputs.Select(match => match.Reshape)], [.. outputs.Select(match => match.Reshape)]);
    }

    private static void RequireBatchDimension(ModelConfig config, ModelSignature signature)
    {
        if (config.MaxBatchSize is > 0 && signature.Inputs.FirstOrDefault(input => input.Shape is not [< 0, ..]) is { } closed)
        {
            throw Differs($"says max_batch_size: {config.MaxBatchSize}, but the model's input '{closed.Name}' has shape {Show(closed.Shape)}, which has no open first dimension; say max_batch_size: 0");
        }
    }

    private static List<TensorMatch> Match(ModelConfig config, IReadOnlyList<ConfiguredTensor> configured, IReadOnlyList<TensorSpec> specs, bool tabular, string kind)
    {
        foreach (var tensor in configured)
        {
            if (!specs.Any(spec => spec.Name == tensor.Name))
            {
                throw Differs($"names the {kind} '{tensor.Name}', but the model's {kind}s are {string.Join(", ", specs.Select(spec => spec.Name))}");
            }
        }

        if (configured.GroupBy(tensor => tensor.Name).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            throw Differs($"names the {kind} '{twice.Key}' twice");
        }

        return [.. specs.Select(spec => configured.FirstOrDefault(tensor => tensor.Name == spec.Name) is { } tensor
            ? Match(config, tensor, spec, tabular, kind)
            : new TensorMatch(spec, null, spec, null))];
    }

    private static TensorMatch Match(ModelConfig config, ConfiguredTensor tensor, TensorSpec spec, bool tabular, string kind)
    {
        var isNumber = spec.Type != TensorType.Bytes && tensor.Type != TensorType.Bytes;
        if (tensor.Type != spec.Type && !(tabular && isNumber))
        {
            throw Differs($"says that the {kind} '{tensor.Name}' is {tensor.Type.WireName()}, but the model has {spec.Type.WireName()}");
        }

        long[] batch = config.MaxBatchSize is > 0 ? [-1] : [];
        long[] callers = [.. batch, .. tensor.Dims];
        long[] models = [.. batch, .. tensor.Reshape ?? tensor.Dims];
        if (tabular && models is [_, 1] && spec.Shape.Count == 1)
        {
            // A column of a table is the same as [N] and as [N,1].
            return new TensorMatch(spec, tensor, spec, null);
        }

        if (models.Length != spec.Shape.Count || models.Zip(spec.Shape).Any(pair => pair.Second >= 0 && pair.First != pair.Second))
        {
            var beside = batch.Length > 0 ? " after the batch dimension" : "";
            throw Differs($"gives the {kind} '{tensor.Name}' the dimensions {Show(tensor.Reshape ?? tensor.Dims)}{beside}, but the model has {Show(spec.Shape)}");
        }

        return tensor.Reshape is null
            ? new TensorMatch(spec, tensor, models.SequenceEqual(spec.Shape) ? spec : spec with { Shape = models }, null)
            : new TensorMatch(spec, tensor, spec with { Shape = callers }, Reshape(tensor, callers, models, kind));
    }

    private static TensorReshape Reshape(ConfiguredTensor tensor, long[] callers, long[] models, string kind)
    {
        // Open dimensions keep their order, and the rest has as many elements on both sides.
        var same = callers.Length <= TensorReshape.MaxRank && callers.Count(d => d < 0) == models.Count(d => d < 0) && Elements(callers) == Elements(models);
        return !same
            ? throw Differs($"reshapes the {kind} '{tensor.Name}' from {Show(tensor.Dims)} to {Show(tensor.Reshape!)}, which have different numbers of elements")
            : kind == "input" ? new TensorReshape(callers, models) : new TensorReshape(models, callers);
    }

    private static UInt128 Elements(long[] shape) => shape.Where(d => d >= 0).Aggregate(UInt128.One, (product, d) => unchecked(product * (UInt128)d));

    private static string Show(IEnumerable<long> shape) => $"[{string.Join(',', shape)}]";

    private static SlipwayException Differs(string what) => new(ErrorKind.InvalidInput, $"{ModelConfig.FileName} {what}.");

    private sealed record TensorMatch(TensorSpec Spec, ConfiguredTensor? Configured, TensorSpec Stated, TensorReshape? Reshape);
}

/// <summary>How a tensor that comes in one shape is passed on in another with as many elements.</summary>
/// <param name="From">The shape in which it comes; −1 is open.</param>
/// <param name="To">The shape in which it goes on, its open dimensions in the same order.</param>
internal sealed record TensorReshape(long[] From, long[] To)
{
    /// <summary>The most dimensions on either side.</summary>
    public const int MaxRank = 16;

    private TensorReshape? _back;

    /// <summary>The way back.</summary>
    public TensorReshape Back => _back ??= new TensorReshape(To, From);

    /// <summary>Writes the shape of a tensor that came as <paramref name="actual"/>.</summary>
    public void Apply(ReadOnlySpan<long> actual, Span<long> shape)
    {
        var at = 0;
        for (var i = 0; i < To.Length; i++)
        {
            if (To[i] >= 0)
            {
                shape[i] = To[i];
                continue;
            }

            while (From[at] >= 0)
            {
                at++;
            }

            shape[i] = actual[at++];
        }
    }
}
