using System.Globalization;
using Slipway.Core.Names;
using Slipway.Inference;
using Slipway.Serving.Caching;
using Slipway.Serving.Engine;
using Slipway.Serving.Figures;
using Slipway.Serving.Grpc;
using Slipway.Serving.OpenInference;
using Slipway.Serving.Untyped;

namespace Slipway.Serving.Routing;

/// <summary>A version in a deployment: the model, what it is called, and where its figures go. Immutable.</summary>
internal sealed class ServedVersion
{
    private readonly string _semantic;
    private readonly string? _number;

    public ServedVersion(string deployment, string role, VersionReference reference, LoadedVersion loaded, VersionRecorder figures)
    {
        Reference = reference;
        Role = role;
        Loaded = loaded;
        Figures = figures;
        Stages = figures.Stages(role);
        _semantic = loaded.Label ?? reference.Version.ToString();
        _number = loaded.Number?.ToString(CultureInfo.InvariantCulture);
        Answer = new AnswerTemplate(deployment, _semantic, role, loaded.Signature);
        GrpcAnswer = new AnswerHead(deployment, _semantic, role, loaded.Signature);
        Names = new SignatureNames(loaded.Signature);
    }

    public VersionReference Reference { get; }

    /// <summary>One of <see cref="Roles"/>.</summary>
    public string Role { get; }

    public LoadedVersion Loaded { get; }

    public ModelSignature Signature => Loaded.Signature;

    public VersionRecorder Figures { get; }

    /// <summary>Where the times of its requests go, in this role.</summary>
    public StageRecorder Stages { get; }

    /// <summary>Answers that are kept for equal inputs; null where the deployment wants none.</summary>
    public ResponseCache? Cache { get; init; }

    /// <summary>The parts of an answer that are the same for every request.</summary>
    public AnswerTemplate Answer { get; }

    /// <summary>The signature, for protocols whose requests carry neither types nor shapes.</summary>
    public SignatureNames Names { get; }

    /// <summary>The same for gRPC.</summary>
    public AnswerHead GrpcAnswer { get; }

    /// <summary>What callers ask for and answers say: the semantic version; in a folder, the number.</summary>
    public string Semantic => _semantic;

    /// <summary>The registry's or the folder's number, where there is one: what protocols say that number their versions.</summary>
    public string Numbered => _number ?? _semantic;

    public bool IsCalled(string version) => version == _semantic || version == _number;
}

/// <summary>A version whose model is in memory.</summary>
/// <param name="Model">The model, by leases.</param>
/// <param name="Runner">Runs its calls.</param>
/// <param name="Signature">Its contract, readable without a lease.</param>
/// <param name="Format">The kind of artifact.</param>
/// <param name="Number">MLflow's number of the version; null when the registry does not know it.</param>
internal sealed record LoadedVersion(LoadedModel Model, ModelRunner Runner, ModelSignature Signature, string Format, int? Number)
{
    /// <summary>What the version is called where that is not its semantic version: a folder's number.</summary>
    public string? Label { get; init; }
}
