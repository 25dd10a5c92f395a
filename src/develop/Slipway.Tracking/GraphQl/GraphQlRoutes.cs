using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Access;
using Slipway.Mlflow;

namespace Slipway.Tracking.GraphQl;

/// <summary>The queries of MLflow's pages, which ask by GraphQL for what the routes answer. Mistakes are answered in GraphQL's form, with status 200, as its clients expect.</summary>
internal static class GraphQlRoutes
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private static readonly JsonSerializerOptions Writing = new() { Encoder = MlflowJson.Encoder };

    public static void MapGraphQl(this IEndpointRouteBuilder routes)
    {
        var time = routes.ServiceProvider.GetRequiredService<TimeProvider>();
        routes.MapMlflowPage(["GET", "POST"], "/graphql", "GraphQl", Permission.Read, context => AnswerAsync(context, time)).ExcludeFromDescription();
        routes.MapMlflowPage(["GET", "POST"], "/ajax-api/graphql", "GraphQlAjax", Permission.Read, context => AnswerAsync(context, time)).ExcludeFromDescription();
    }

    private static async Task AnswerAsync(HttpContext context, TimeProvider time)
    {
        JsonObject answer;
        using var ends = new CancellationTokenSource(Limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ends.Token, context.RequestAborted);
        try
        {
            using var call = await context.ReadMlflowAsync();
            var query = GraphQlQuery.Parse(call.Fields.RequiredText("query"), call.Fields.Text("operationName"), VariablesOf(call.Fields));
            answer = await new GraphQlExecution(context, context.RequestServices.GetRequiredService<EndpointDataSource>(), query, either.Token).RunAsync();
        }
        catch (GraphQlError error)
        {
            answer = Failed(error.Message);
        }
        catch (OperationCanceledException) when (ends.IsCancellationRequested && !context.RequestAborted.IsCancellationRequested)
        {
            answer = Failed(string.Create(CultureInfo.InvariantCulture, $"The query took longer than {Limit.TotalSeconds:0} s. Ask for less at once."));
        }

        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(answer.ToJsonString(Writing), context.RequestAborted);
    }

    private static JsonObject Failed(string message) => new() { ["data"] = null, ["errors"] = new JsonArray(new JsonObject { ["message"] = message }) };

    // A query of an address has them as a text.
    private static JsonElement VariablesOf(MlflowFields fields)
    {
        if (fields.Json("variables") is not { } given)
        {
            return default;
        }

        try
        {
            var variables = JsonElement.Parse(given);
            variables = variables.ValueKind == JsonValueKind.String ? JsonElement.Parse(variables.GetString()!) : variables;
            return variables.ValueKind == JsonValueKind.Object ? variables : throw new GraphQlError("The variables are an object.");
        }
        catch (JsonException)
        {
            throw new GraphQlError("The variables are no JSON.");
        }
    }
}
