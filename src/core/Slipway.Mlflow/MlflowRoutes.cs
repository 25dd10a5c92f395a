using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Slipway.Access;
using Slipway.Mlflow.Contract;

namespace Slipway.Mlflow;

/// <summary>The routes of MLflow's clients. Each is there twice: under <c>/api</c> for programs, and under <c>/ajax-api</c>, by which MLflow's pages and some clients call it.</summary>
public static class MlflowRoutes
{
    /// <summary>The most bytes of a request, unless its route says otherwise.</summary>
    public const int RequestLimit = 1_000_000;

    /// <summary>Maps a route such as <c>2.0/mlflow/runs/get</c>. Errors of its handler are answered in MLflow's form.</summary>
    /// <param name="routes">Where.</param>
    /// <param name="method">GET takes its fields from the query, everything else from a JSON body.</param>
    /// <param name="path">From the version on.</param>
    /// <param name="name">The route's name, which the audit knows it by.</param>
    /// <param name="permission">What a caller needs.</param>
    /// <param name="handle">Answers the call.</param>
    /// <param name="limit">The most bytes of a request.</param>
    public static void MapMlflow(
        this IEndpointRouteBuilder routes, string method, string path, string name, Permission permission, Func<MlflowCall, Task> handle, int limit = RequestLimit)
    {
        var log = routes.ServiceProvider.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(MlflowRoutes));
        RequestDelegate answer = context => AnswerAsync(context, handle, limit, log);
        Map("/api/", name).WithMetadata(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(object), ["application/json"]), new MlflowOperation(handle));
        Map("/ajax-api/", $"{name}Ajax").ExcludeFromDescription();

        IEndpointConventionBuilder Map(string prefix, string routeName) =>
            routes.MapMethods(prefix + path, [method], answer).WithTags("MLflow").WithName(routeName).WithMetadata(new MlflowRoute(name, permission)).Needs(permission).TellsErrors(MlflowErrors.WriteAsync);
    }

    /// <summary>Answers what is called under MLflow's prefixes and is not there as MLflow does, rather than as a page that is missing.</summary>
    public static void MapMlflowRest(this IEndpointRouteBuilder routes)
    {
        foreach (var prefix in new[] { "/api/2.0", "/api/3.0", "/ajax-api/2.0", "/ajax-api/3.0" })
        {
            routes.Map(prefix + "/{**path}", Missing).ExcludeFromDescription().Needs(Permission.Read).TellsErrors(MlflowErrors.WriteAsync);
        }

        static Task Missing(HttpContext context) => MlflowErrors.WriteAsync(
            context, StatusCodes.Status404NotFound, MlflowErrors.EndpointNotFound, $"Slipway has no {context.Request.Method} {context.Request.Path}. docs/guide.md says what of MLflow's interface is there.");
    }

    private static async Task AnswerAsync(HttpContext context, Func<MlflowCall, Task> handle, int limit, ILogger log)
    {
        try
        {
            using var call = await MlflowCall.ReadAsync(context, limit);
            await handle(call);
        }
        catch (Exception e) when (!context.Response.HasStarted && !context.RequestAborted.IsCancellationRequested)
        {
            await MlflowErrors.AnswerAsync(context, e, log);
        }
    }
}
