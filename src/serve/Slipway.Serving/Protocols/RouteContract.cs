using System.Net.Mime;
using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;

namespace Slipway.Serving.Protocols;

/// <summary>What the OpenAPI document says of routes that read and write their bodies themselves.</summary>
internal static class RouteContract
{
    private static readonly int[] ErrorStatuses =
    [
        StatusCodes.Status400BadRequest,
        StatusCodes.Status404NotFound,
        StatusCodes.Status406NotAcceptable,
        StatusCodes.Status408RequestTimeout,
        StatusCodes.Status413PayloadTooLarge,
        StatusCodes.Status415UnsupportedMediaType,
        StatusCodes.Status501NotImplemented,
        StatusCodes.Status503ServiceUnavailable,
        StatusCodes.Status504GatewayTimeout,
    ];

    /// <summary>An inference: its parameters and body as <paramref name="contract"/> has them, its answer, and what else may happen.</summary>
    public static IEndpointConventionBuilder WithInference<TAnswer, TError>(this IEndpointConventionBuilder route, Delegate contract) => route
        .WithBody(contract)
        .WithMetadata(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(TAnswer), [MediaTypeNames.Application.Json]))
        .WithMetadata([.. ErrorStatuses.Select(status => new ProducesResponseTypeMetadata(status, typeof(TError), [MediaTypeNames.Application.Json]))]);

    /// <summary>Parameters of the route and a body as those of <paramref name="contract"/>, which is never called.</summary>
    // Not IAcceptsMetadata: with that, routing would refuse what comes under another content type, as `curl -d` sends it.
    public static T WithBody<T>(this T route, Delegate contract)
        where T : IEndpointConventionBuilder
    {
        route.Add(endpoint =>
        {
            // A handler's own method would describe what it binds: nothing but the route.
            foreach (var own in endpoint.Metadata.Where(m => m is MethodInfo or IParameterBindingMetadata).ToList())
            {
                endpoint.Metadata.Remove(own);
            }

            endpoint.Metadata.Add(contract.Method);
            foreach (var parameter in contract.Method.GetParameters())
            {
                endpoint.Metadata.Add(new Parameter(parameter));
            }
        });
        return route;
    }

    /// <summary>One of the contract's parameters: a text of the route, or the body.</summary>
    private sealed class Parameter(ParameterInfo parameter) : IParameterBindingMetadata
    {
        public string Name => parameter.Name!;

        public bool HasTryParse => parameter.ParameterType == typeof(string);

        public bool HasBindAsync => false;

        public ParameterInfo ParameterInfo => parameter;

        public bool IsOptional { get; } = new NullabilityInfoContext().Create(parameter).ReadState == NullabilityState.Nullable;
    }
}
