using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Access;
using Slipway.Access.Authentication;
using Slipway.Console.Hosting;
using Slipway.Console.SigningIn;

namespace Slipway.Console;

/// <summary>The console: what people see in a browser.</summary>
public static class ConsoleModule
{
    private static readonly string[] Reading = [HttpMethods.Get, HttpMethods.Head];

    private static readonly string[] Sending = [HttpMethods.Post];

    // A circuit is a WebSocket, after a POST that negotiates it.
    private static readonly string[] Circuit = [HttpMethods.Get, HttpMethods.Post];

    /// <summary>Adds what <see cref="MapConsole"/> needs; cheap, since the console itself is built on its first request.</summary>
    public static IServiceCollection AddConsole(this IServiceCollection services) => services
        .AddSingleton<ConsoleHost>()
        .AddSingleton<SignInPages>()
        .AddSingleton(new SignInPage(SignInPages.Path));

    /// <summary>
    /// Answers <c>/</c> and the console's other pages and files, and tells a browser that asks for an address that nothing answers so, with 404. Call it after
    /// <c>UseAccess</c>, which guards the console like every other route.
    /// </summary>
    public static WebApplication MapConsole(this WebApplication app)
    {
        var console = app.Services.GetRequiredService<ConsoleHost>();

        // In no description of the API: they are for browsers.
        var routes = app.MapGroup("").ExcludeFromDescription();
        routes.MapMethods(ConsoleFiles.Route, Reading, ConsoleFiles.AnswerAsync).Needs(Permission.Anonymous);
        var signIn = app.Services.GetRequiredService<SignInPages>();
        routes.MapMethods(SignInPages.Path, Reading, signIn.ShowAsync).Needs(Permission.Anonymous);
        routes.MapMethods(SignInPages.Path, Sending, signIn.TakeAsync).WithName("SignIn").Needs(Permission.Anonymous);
        routes.MapMethods("/sign-out", Sending, signIn.LeaveAsync).WithName("SignOut").Needs(Permission.Anonymous);
        routes.MapMethods("/", Reading, console.RunAsync).Needs(Permission.Read);
        routes.MapMethods("/projects/{model}", Reading, console.RunAsync).Needs(Permission.Read);
        routes.MapMethods("/projects/{model}/rollouts/{id}", Reading, console.RunAsync).Needs(Permission.Read);
        routes.MapMethods("/projects/{model}/predictions/{**id}", Reading, console.RunAsync).Needs(Permission.Read);
        routes.MapMethods("/approvals", Reading, console.RunAsync).Needs(Permission.Read);
        routes.MapMethods("/experiments", Reading, console.RunAsync).Needs(Permission.Read);
        routes.MapMethods("/experiments/{id}", Reading, console.RunAsync).Needs(Permission.Read);
        routes.MapMethods("/runs/{id}", Reading, console.RunAsync).Needs(Permission.Read);
        routes.MapMethods("/models", Reading, console.RunAsync).Needs(Permission.Read);
        routes.MapMethods("/models/{name}", Reading, console.RunAsync).Needs(Permission.Read);
        routes.MapMethods("/history/{name}", Reading, console.RunAsync).Needs(Permission.Read);
        routes.MapMethods("/lineage", Reading, console.RunAsync).Needs(Permission.Read);
        routes.MapMethods("/models/{name}/versions/{version}", Reading, console.RunAsync).Needs(Permission.Read);
        routes.MapMethods("/models/{name}/compare", Reading, console.RunAsync).Needs(Permission.Read);
        routes.MapMethods("/_blazor/{**rest}", Circuit, console.RunCircuitAsync).WithName("ConsoleCircuit").Needs(Permission.Read);

        // Not a catch-all route: that would answer GET on a route that takes only POST, where 405 is right.
        app.Use(console.AnswerUnknownAsync);
        return app;
    }
}
