using System.Text.RegularExpressions;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Slipway.Mlflow.Contract;

namespace Slipway.Server;

/// <summary>
/// The OpenAPI document of the routes of MLflow's clients, from their contracts: the routes read and write their messages field by field. The twins under <c>/ajax-api</c> are the same and not in it.
/// </summary>
internal sealed partial class MlflowDocument(EndpointDataSource endpoints, IEnumerable<MlflowContracts> contracts) : IOpenApiDocumentTransformer
{
    private const string Description =
        "Experiments, runs, artifacts, logged models, traces and the registry, as MLflow's clients call them. Every route under /api is there under /ajax-api too. "
        + "A 64-bit integer is taken as a number or a text; NaN and the infinities are texts. Fields that are not known are left alone, and an empty list is absent in an answer.";

    private readonly Dictionary<string, MlflowContract> _contracts =
        contracts.SelectMany(module => module.Routes).ToDictionary(route => route.Key, route => route.Value, StringComparer.Ordinal);

    public Task TransformAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Info.Title = "MLflow's interface in Slipway";
        document.Info.Version = "2.0 and 3.0";
        document.Info.Description = Description;
        var schemas = new MlflowSchemas(document, contracts.SelectMany(module => module.Messages));
        foreach (var endpoint in endpoints.Endpoints.OfType<RouteEndpoint>().OrderBy(e => e.RoutePattern.RawText, StringComparer.Ordinal))
        {
            if (endpoint.Metadata.GetMetadata<MlflowRoute>() is { } route && endpoint.Metadata.GetMetadata<IExcludeFromDescriptionMetadata>() is null)
            {
                Add(document, schemas, endpoint, route);
            }
        }

        return Task.CompletedTask;
    }

    private void Add(OpenApiDocument document, MlflowSchemas schemas, RouteEndpoint endpoint, MlflowRoute route)
    {
        var path = "/" + Constraint().Replace(endpoint.RoutePattern.RawText!.Trim('/'), "{$1}");
        if (!document.Paths.TryGetValue(path, out var item))
        {
            document.Paths.Add(path, item = new OpenApiPathItem());
        }

        var contract = _contracts.GetValueOrDefault(route.Name) ?? new MlflowContract(Words(route.Name));
        foreach (var method in endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()!.HttpMethods.Where(method => method != HttpMethods.Head))
        {
            var operation = new OpenApiOperation
            {
                OperationId = route.Name,
                Summary = contract.Summary,
                Description = $"Needs the permission {route.Permission}.",
                Tags = new HashSet<OpenApiTagReference> { new(GroupOf(path), document) },
                Parameters = [.. endpoint.RoutePattern.Parameters.Select(parameter => Parameter(parameter.Name, ParameterLocation.Path, isRequired: true, MlflowSchemas.Text))],
                Responses = schemas.Answers(contract.Answer),
            };
            if (contract.Request.Length > 0)
            {
                AddRequest(operation, schemas, contract.Request, HttpMethods.IsGet(method));
            }

            ((OpenApiPathItem)item).AddOperation(new HttpMethod(method), operation);
            document.Tags ??= new HashSet<OpenApiTag>();
            document.Tags.Add(new OpenApiTag { Name = GroupOf(path) });
        }
    }

    // The query of a GET, where a list is a repeated key; a body for everything else.
    private static void AddRequest(OpenApiOperation operation, MlflowSchemas schemas, string request, bool isQuery)
    {
        if (!isQuery)
        {
            operation.RequestBody = schemas.Body(request);
            return;
        }

        foreach (var field in MlflowField.ListOf(request))
        {
            operation.Parameters!.Add(Parameter(field.Name, ParameterLocation.Query, field.IsRequired, schemas.Of(field)));
        }
    }

    private static OpenApiParameter Parameter(string name, ParameterLocation location, bool isRequired, IOpenApiSchema schema) =>
        new() { Name = name, In = location, Required = isRequired, Schema = schema };

    // What the address speaks of: runs, model-versions, traces.
    private static string GroupOf(string path)
    {
        var parts = path.Trim('/').Split('/');
        return Array.IndexOf(parts, "mlflow") is >= 0 and var at ? parts[at + 1] : parts[0] == "model-versions" ? parts[0] : "artifacts";
    }

    private static string Words(string name) => name[..1] + Capital().Replace(name[1..], match => $" {match.Value.ToLowerInvariant()}");

    [GeneratedRegex(@"\{\**(\w+)[^}]*\}", RegexOptions.CultureInvariant)]
    private static partial Regex Constraint();

    [GeneratedRegex("[A-Z]", RegexOptions.CultureInvariant)]
    private static partial Regex Capital();
}
