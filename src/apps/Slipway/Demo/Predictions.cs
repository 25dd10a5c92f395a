using System.Collections.Concurrent;
using Slipway.Core.Names;
using Slipway.Datasets;
using Slipway.Inference;
using Slipway.Inference.Tensors;
using Slipway.Registry;
using Slipway.Server;
using Slipway.Storage.Blobs;

namespace Slipway.Demo;

/// <summary>What each version must answer, worked out here from the artifact's files, without the server: the same operations on the same inputs, so equal to the last bit.</summary>
internal sealed class Predictions(SlipwayServer server, string model, History history)
{
    private readonly ConcurrentDictionary<string, Task<double[]>> _byVersion = new(StringComparer.Ordinal);

    /// <summary>The prediction of each row of the history.</summary>
    public Task<double[]> OfAsync(string version, CancellationToken cancellationToken) => _byVersion.GetOrAdd(version, _ => PredictAsync(version, cancellationToken));

    private async Task<double[]> PredictAsync(string version, CancellationToken cancellationToken)
    {
        var known = await server.Services.GetRequiredService<IModelRegistry>().GetAsync(new VersionReference(model, SemanticVersion.Parse(version)), cancellationToken);
        var folder = await server.Services.GetRequiredService<IArtifactStore>().GetFolderAsync(known.ArtifactDigest, cancellationToken);
        using var loaded = ModelLoader.Load(folder, new ModelLoadOptions());
        var inputs = new TensorSet();
        foreach (var feature in history.Features)
        {
            if (feature is NumberColumn number)
            {
                number.Values.CopyTo(inputs.Add(feature.Name, TensorType.Float64, [history.Rows]).Values<double>());
            }
            else if (feature is TextColumn text)
            {
                var items = inputs.Add(feature.Name, TensorType.Bytes, [history.Rows]).Items;
                for (var i = 0; i < history.Rows; i++)
                {
                    items[i] = text.At(i) is { } value ? System.Text.Encoding.UTF8.GetBytes(value) : null;
                }
            }
        }

        var outputs = new TensorSet();
        SignatureCheck.Apply(loaded.Signature, inputs);
        loaded.Run(inputs, outputs);
        return outputs[0].Values<double>().ToArray();
    }
}
