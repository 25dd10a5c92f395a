using Slipway.Core;
using Slipway.Inference.Tensors;
using Slipway.Serving;

namespace Slipway.Serve.Tests.Serving.OpenInference;

/// <summary>
/// A server with ONNX models that answer what they are asked: <c>types</c> has an input of every type with open dimensions in several places, <c>image</c> is [-1,2,3] FP32,
/// <c>words</c> is BYTES [-1], <c>wide</c> is FP32 [-1,-1], <c>flags</c> BOOL [-1].
/// </summary>
public sealed class IdentityServer : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("slipway-identity-").FullName;

    public ServingServer Server { get; private set; } = null!;

    /// <summary>The inputs of <c>types</c>. The first dimension is the rows.</summary>
    public static IReadOnlyList<TensorSpec> Types { get; } =
    [
        .. Enum.GetValues<TensorType>().Select(type => new TensorSpec(
            type.WireName().ToLowerInvariant(), type, type is TensorType.Float16 or TensorType.Bytes ? [-1, 2, -1] : type is TensorType.Int64 ? [-1] : [-1, -1])),
    ];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Server = await ServingServer.StartAsync(new ServingOptions { MaxRequestBytes = 4_000_000 }, null, null, Cancel);
        await AddAsync("types", [.. Types]);
        await AddAsync("image", new TensorSpec("pixels", TensorType.Float32, [-1, 2, 3]));
        await AddAsync("words", new TensorSpec("words", TensorType.Bytes, [-1]));
        await AddAsync("wide", new TensorSpec("wide", TensorType.Float32, [-1, -1]));
        await AddAsync("flags", new TensorSpec("flags", TensorType.Bool, [-1]));
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task AddAsync(string name, params IReadOnlyList<TensorSpec> inputs)
    {
        var folder = Path.Combine(_folder, name);
        OnnxFile.WriteIdentity(folder, inputs);
        var version = await Server.AddVersionAsync(name, folder, Cancel);
        await Server.Deployments.DeployAsync(name, version, Actor.Local, null, Cancel);
    }
}
