using Slipway.Core.Errors;
using Slipway.Inference.Tensors;
using Slipway.Rollouts;
using Slipway.Serving.Endpoints;
using Slipway.Serving.Figures;
using Slipway.Serving.Grpc.Protos;
using Slipway.Serving.Repository;
using Slipway.Serving.Routing;

namespace Slipway.Serving.Grpc;

/// <summary>What the server and its deployments say of themselves.</summary>
internal sealed class ModelCalls(VersionServer versions, ModelRepository repository, IDeploymentsReadiness readiness)
{
    // An extension is listed once it works. Binary tensors are none here: they are how gRPC sends them.
    private static readonly string[] Extensions = ["model_configuration", "model_repository", "statistics"];

    public static ServerLiveResponse Live() => new() { Live = true };

    public ServerReadyResponse Ready() => new() { Ready = readiness.IsReady };

    public static ServerMetadataResponse Server() => new() { Name = "slipway", Version = ServingModule.Version, Extensions = { Extensions } };

    // A version is loaded and warm before it is deployed: whatever is found is ready.
    public ModelReadyResponse Ready(ModelReadyRequest request)
    {
        try
        {
            FindNow(request.Name, request.Version);
            return new ModelReadyResponse { Ready = true };
        }
        catch (SlipwayException e) when (e.Kind == ErrorKind.Unavailable)
        {
            return new ModelReadyResponse { Ready = false };
        }
    }

    public async Task<ModelMetadataResponse> MetadataAsync(ModelMetadataRequest request, CancellationToken cancellationToken)
    {
        var (deployment, version) = await FindAsync(request.Name, request.Version, cancellationToken);
        return new ModelMetadataResponse
        {
            Name = deployment.Name,
            Versions = { deployment.Versions.Select(v => v.Semantic) },
            Platform = GetModelMetadata.PlatformOf(version.Loaded.Format),
            Inputs = { version.Signature.Inputs.Select(Describe) },
            Outputs = { version.Signature.Outputs.Select(Describe) },
        };
    }

    /// <summary>The configuration says what callers need. Its batch size is 0, which means that the shapes have all dimensions and none is added: −1 in the first takes any number of rows.</summary>
    public async Task<ModelConfigResponse> ConfigAsync(ModelConfigRequest request, CancellationToken cancellationToken)
    {
        var (deployment, version) = await FindAsync(request.Name, request.Version, cancellationToken);
        return new ModelConfigResponse
        {
            Config = new ModelConfig
            {
                Name = deployment.Name,
                Platform = GetModelMetadata.PlatformOf(version.Loaded.Format),
                Backend = version.Loaded.Format == "onnx" ? "onnxruntime" : "slipway",
                Input = { version.Signature.Inputs.Select(i => new ModelInput { Name = i.Name, DataType = TypeOf(i.Type), Dims = { i.Shape }, Optional = i.Optional }) },
                Output = { version.Signature.Outputs.Select(o => new ModelOutput { Name = o.Name, DataType = TypeOf(o.Type), Dims = { o.Shape } }) },
            },
        };
    }

    /// <summary>Counts and times since the process started, by version; of all deployments where none is named.</summary>
    public ModelStatisticsResponse Statistics(ModelStatisticsRequest request)
    {
        if (request.Name.Length > 0)
        {
            FindNow(request.Name, request.Version);
        }
        else if (request.Version.Length > 0)
        {
            throw new SlipwayException(ErrorKind.InvalidInput, $"The request has the version {request.Version}, but no name. Name the deployment too, or neither.");
        }

        var answer = new ModelStatisticsResponse();
        foreach (var deployment in versions.Snapshot.Deployments.OrderBy(d => d.Name, StringComparer.Ordinal))
        {
            if (request.Name.Length == 0 || request.Name == deployment.Name)
            {
                var asked = deployment.Versions.Where(v => request.Version.Length == 0 || v.IsCalled(request.Version));
                answer.ModelStats.Add(asked.Select(version => Statistics(deployment.Name, version)));
            }
        }

        return answer;
    }

    private static Protos.ModelStatistics Statistics(string deployment, ServedVersion version)
    {
        var figures = version.Figures.Inference.Read();
        var statistics = new Protos.ModelStatistics
        {
            Name = deployment,
            Version = version.Semantic,
            LastInference = (ulong)figures.LastAt,
            InferenceCount = (ulong)figures.Rows,
            ExecutionCount = (ulong)figures.Runs,
            InferenceStats = new InferStatistics
            {
                Success = Duration(figures.Success),
                Fail = Duration(figures.Fail),
                Queue = Duration(figures.Queue),
                ComputeInput = Duration(figures.Input),
                ComputeInfer = Duration(figures.Run),
                ComputeOutput = Duration(figures.Output),
            },
        };
        statistics.BatchStats.Add(figures.Batches.Select(batch => new InferBatchStatistics
        {
            BatchSize = (ulong)batch.Rows,
            ComputeInput = Duration(batch.Input),
            ComputeInfer = Duration(batch.Run),
            ComputeOutput = Duration(batch.Output),
        }));
        return statistics;
    }

    private static StatisticDuration Duration(StageFigure figure) => new() { Count = (ulong)figure.Count, Ns = (ulong)Math.Max(0, figure.Nanoseconds) };

    // Whoever asks for a contract is about to send a request, and waits for a model as its requests do.
    private ValueTask<(ServedDeployment Deployment, ServedVersion Version)> FindAsync(string name, string version, CancellationToken cancellationToken) =>
        repository.GetAsync(Named(name), version.Length > 0 ? version : null, cancellationToken);

    private (ServedDeployment Deployment, ServedVersion Version) FindNow(string name, string version) => repository.GetNow(Named(name), version.Length > 0 ? version : null);

    private static string Named(string name) => name.Length > 0
        ? name
        : throw new SlipwayException(ErrorKind.InvalidInput, "The request has no name. Name the deployment that it is about.");

    private static ModelMetadataResponse.Types.TensorMetadata Describe(TensorSpec spec) => new() { Name = spec.Name, Datatype = spec.Type.WireName(), Shape = { spec.Shape } };

    private static DataType TypeOf(TensorType type) => type switch
    {
        TensorType.Bool => DataType.TypeBool,
        TensorType.UInt8 => DataType.TypeUint8,
        TensorType.UInt16 => DataType.TypeUint16,
        TensorType.UInt32 => DataType.TypeUint32,
        TensorType.UInt64 => DataType.TypeUint64,
        TensorType.Int8 => DataType.TypeInt8,
        TensorType.Int16 => DataType.TypeInt16,
        TensorType.Int32 => DataType.TypeInt32,
        TensorType.Int64 => DataType.TypeInt64,
        TensorType.Float16 => DataType.TypeFp16,
        TensorType.Float32 => DataType.TypeFp32,
        TensorType.Float64 => DataType.TypeFp64,
        _ => DataType.TypeString,
    };
}
