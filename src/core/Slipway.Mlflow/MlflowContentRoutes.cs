using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Slipway.Access;
using Slipway.Mlflow.Contract;

namespace Slipway.Mlflow;

/// <summary>Routes of MLflow's clients that carry files rather than messages, or a part of whose address is a value.</summary>
public static class MlflowContentRoutes
{
    /// <summary>Maps a route such as <c>2.0/mlflow-artifacts/artifacts/{**path}</c> under <c>/api</c> and <c>/ajax-api</c>. Errors of its handler are answered in MLflow's form.</summary>
    /// <param name="routes">Where.</param>
    /// <param name="methods">Which methods.</param>
    /// <param name="path">From the version on.</param>
    /// <param name="name">The route's name, which the audit knows it by.</param>
    /// <param name="permission">What a caller needs.</param>
    /// <param name="handle">Reads the request and writes the answer itself.</param>
    public static void MapMlflowContent(
        this IEndpointRouteBuilder routes, IReadOnlyList<string> methods, string path, string name, Permission permission, Func<HttpContext, Task> handle)
    {
        routes.MapMlflowPage(methods, $"/api/{path}", name, permission, handle);
        routes.MapMlflowPage(methods, $"/ajax-api/{path}", $"{name}Ajax", permission, handle).ExcludeFromDescription();
    }

    /// <summary>As <see cref="MapMlflowContent"/>, under an address of its own, such as <c>/get-artifact</c>.</summary>
    public static IEndpointConventionBuilder MapMlflowPage(
        this IEndpointRouteBuilder routes, IReadOnlyList<string> methods, string path, string name, Permission permission, Func<HttpContext, Task> handle)
    {
        var log = routes.ServiceProvider.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(MlflowContentRoutes));
        return routes.MapMethods(path, methods, context => AnswerAsync(context, handle, log)).WithTags("MLflow").WithName(name).WithMetadata(new MlflowRoute(name, permission)).Needs(permission).TellsErrors(MlflowErrors.WriteAsync);
    }

    /// <summary>Reads the request's message, for a handler that needs more of the request than that.</summary>
    public static ValueTask<MlflowCall> ReadMlflowAsync(this HttpContext context) => MlflowCall.ReadAsync(context, MlflowRoutes.RequestLimit);

    private static async Task AnswerAsync(HttpContext context, Func<HttpContext, Task> handle, ILogger log)
    {
        try
        {
            await handle(context);
        }
        catch (Exception e) when (!context.Response.HasStarted && !context.RequestAborted.IsCancellationRequested)
        {
            // What was said about the file that could not be sent does not hold for the error.
            context.Response.Headers.ContentLength = null;
            context.Response.Headers.ContentDisposition = default;
            context.Response.Headers.ETag = default;
            await MlflowErrors.AnswerAsync(context, e, log);
        }
    }
}
