using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Slipway.Console;

/// <summary>The console: what people see in a browser.</summary>
public static class ConsoleModule
{
    /// <summary>Adds what <see cref="MapConsole"/> needs; cheap, since the console itself is built on its first request.</summary>
    public static IServiceCollection AddConsole(this IServiceCollection services) => throw new NotImplementedException();

    /// <summary>Answers <c>/</c> and the console's other pages and files, for requests that no other route takes.</summary>
    public static WebApplication MapConsole(this WebApplication app) => throw new NotImplementedException();
}
