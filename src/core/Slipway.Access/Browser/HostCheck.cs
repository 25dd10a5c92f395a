using Microsoft.AspNetCore.Http;
using Slipway.Core.Errors;

namespace Slipway.Access.Browser;

/// <summary>Answers only to the server's own names.</summary>
internal sealed class HostCheck(RequestDelegate next, KnownHosts hosts)
{
    public Task InvokeAsync(HttpContext context)
    {
        var host = context.Request.Host;
        return hosts.Contains(host, context.Connection.LocalIpAddress)
            ? next(context)
            : throw new SlipwayException(
                ErrorKind.InvalidInput,
                $"The host name '{(host.Value is { Length: > 100 } name ? name[..100] : host.Value)}' is not one of this server's. "
                + "Call it by localhost or by the address it listens on, or add the name to the setting hosts.");
    }
}
