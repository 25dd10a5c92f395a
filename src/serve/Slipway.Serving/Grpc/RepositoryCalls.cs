using Google.Protobuf.Collections;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Access;
using Slipway.Core.Errors;
using Slipway.Serving.Grpc.Protos;
using Slipway.Serving.Repository;

namespace Slipway.Serving.Grpc;

/// <summary>The model repository: what there is, and loading and unloading it.</summary>
internal sealed class RepositoryCalls(IServiceProvider services)
{
    private IModelRepository Repository => services.GetRequiredService<IModelRepository>();

    public RepositoryIndexResponse Index(RepositoryIndexRequest request)
    {
        CheckRepository(request.RepositoryName);
        var models = Repository.List().Where(model => !request.Ready || model.State == RepositoryModelState.Ready);
        return new RepositoryIndexResponse
        {
            Models =
            {
                models.Select(model => new RepositoryIndexResponse.Types.ModelIndex
                {
                    Name = model.Name,
                    Version = model.Version,
                    State = model.State.ToString().ToUpperInvariant(),
                    Reason = model.Reason,
                }),
            },
        };
    }

    public async Task<RepositoryModelLoadResponse> LoadAsync(RepositoryModelLoadRequest request, ServerCallContext call)
    {
        CheckRequest(request.RepositoryName, request.ModelName, request.Parameters, call);
        await Repository.LoadAsync(request.ModelName, call.CancellationToken);
        return new RepositoryModelLoadResponse();
    }

    public async Task<RepositoryModelUnloadResponse> UnloadAsync(RepositoryModelUnloadRequest request, ServerCallContext call)
    {
        CheckRequest(request.RepositoryName, request.ModelName, request.Parameters, call);
        await Repository.UnloadAsync(request.ModelName, call.CancellationToken);
        return new RepositoryModelUnloadResponse();
    }

    private static void CheckRequest(string repository, string model, MapField<string, ModelRepositoryParameter> parameters, ServerCallContext call)
    {
        call.GetHttpContext().SetAuditTarget(model);
        CheckRepository(repository);
        if (model.Length == 0)
        {
            throw new SlipwayException(ErrorKind.InvalidInput, "The request has no model_name. Name the model; RepositoryIndex lists them.");
        }

        // A model never depends on another one here, so unloading those that do is done.
        if (parameters.Keys.FirstOrDefault(name => name != "unload_dependents") is { } refused)
        {
            throw new SlipwayException(
                ErrorKind.NotAvailable, $"The request has the parameter '{refused}', but a model is loaded as its folder is. Change the folder's files, and load the model again.");
        }
    }

    private static void CheckRepository(string name)
    {
        if (name.Length > 0)
        {
            throw new SlipwayException(ErrorKind.NotFound, $"There is no repository '{name}'. The server has one, without a name: leave repository_name empty.");
        }
    }
}
