using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Slipway.Access.Authentication;
using Slipway.Access.Errors;
using Slipway.Console.Hosting;
using Slipway.Core.Errors;

namespace Slipway.Console.SigningIn;

/// <summary>
/// Where people sign in with a key, and out. Plain HTML, answered without Blazor: whoever is not signed in makes the server build nothing. A form from elsewhere is refused twice: by its origin,
/// and because it lacks the text that lies in a cookie of the browser.
/// </summary>
internal sealed class SignInPages(ISignIn signIn)
{
    /// <summary>Its address.</summary>
    public const string Path = "/sign-in";

    private const string FormCookie = "slipway-form";
    private const int MostBytes = 8 << 10;

    /// <summary>Shows the form.</summary>
    public Task ShowAsync(HttpContext context)
    {
        if (!signIn.IsRequired)
        {
            context.Response.Redirect("/");
            return Task.CompletedTask;
        }

        return WriteAsync(context, StatusCodes.Status200OK, context.Request.Query["next"].ToString(), null);
    }

    /// <summary>Takes the form.</summary>
    public async Task TakeAsync(HttpContext context)
    {
        var form = await ReadAsync(context);
        var next = form["next"].ToString();
        if (!signIn.IsRequired)
        {
            context.Response.Redirect("/");
            return;
        }

        try
        {
            if (!IsOurs(context, form["form"].ToString()))
            {
                throw new SlipwayException(ErrorKind.InvalidInput, "This page was open for too long, or the browser keeps no cookies. Try again.");
            }

            await signIn.BeginAsync(context, form["key"].ToString());
            context.Response.Cookies.Delete(FormCookie, Cookie(context.Request));
            context.Response.StatusCode = StatusCodes.Status303SeeOther;
            context.Response.Headers.Location = Local(next);
        }
        catch (SlipwayException e)
        {
            await WriteAsync(context, HttpStatus.Of(e.Kind), next, e.Message);
        }
    }

    /// <summary>Ends the session.</summary>
    public Task LeaveAsync(HttpContext context)
    {
        signIn.End(context);
        context.Response.StatusCode = StatusCodes.Status303SeeOther;
        context.Response.Headers.Location = Path;
        return Task.CompletedTask;
    }

    /// <summary>An address of this server, or its first page: a link to the form must not lead anywhere else.</summary>
    internal static string Local(string? next) =>
        next is ['/', ..] && next is not ['/', '/' or '\\', ..] && !next.Any(c => char.IsControl(c) || c == '\\') && Uri.IsWellFormedUriString(next, UriKind.Relative) ? next : "/";

    private static async Task<IFormCollection> ReadAsync(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } bound)
        {
            bound.MaxRequestBodySize = MostBytes;
        }

        try
        {
            return context.Request.HasFormContentType ? await context.Request.ReadFormAsync(context.RequestAborted) : FormCollection.Empty;
        }
        catch (InvalidDataException e)
        {
            throw new SlipwayException(ErrorKind.InvalidInput, "The form cannot be read. Open the page again.", e);
        }
    }

    private static bool IsOurs(HttpContext context, string form) => context.Request.Cookies.TryGetValue(FormCookie, out var kept)
        && kept.Length > 0 && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(form), Encoding.UTF8.GetBytes(kept));

    private CookieOptions Cookie(HttpRequest request) => new() { HttpOnly = true, SameSite = SameSiteMode.Strict, Secure = signIn.IsSecure(request), Path = Path, IsEssential = true };

    private Task WriteAsync(HttpContext context, int status, string next, string? mistake)
    {
        var form = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        context.Response.Cookies.Append(FormCookie, form, Cookie(context.Request));
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        var said = mistake is null ? "" : $"""<p class="sign-in-mistake" id="mistake" role="alert">{Html(mistake)}</p>""";
        return context.Response.WriteAsync($$"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <base href="/" />
                <title>Sign in – Slipway</title>
                <link rel="icon" type="image/svg+xml" href="{{ConsoleFiles.Address("slipway.svg")}}" />
                <link rel="stylesheet" href="{{ConsoleFiles.Address("slipway.css")}}" />
                <script src="{{ConsoleFiles.Address("slipway.js")}}"></script>
            </head>
            <body>
                <main class="sign-in" id="main">
                    <img src="{{ConsoleFiles.Address("slipway.svg")}}" alt="" width="44" height="44" />
                    <h1>Sign in to Slipway</h1>
                    <form method="post" action="sign-in">
                        <label for="key">Your key</label>
                        <input id="key" name="key" type="password" autocomplete="current-password" spellcheck="false" required autofocus{{(mistake is null ? "" : " aria-invalid=\"true\" aria-describedby=\"mistake\"")}} />
                        <input name="form" type="hidden" value="{{form}}" />
                        <input name="next" type="hidden" value="{{Html(Local(next))}}" />
                        {{said}}
                        <button type="submit">Sign in</button>
                    </form>
                    <p class="sign-in-help">It begins with <code>slip_</code>. Whoever runs this server makes one with <code>slipway key create</code>.</p>
                </main>
            </body>
            </html>
            """);
    }

    private static string Html(string text) => HtmlEncoder.Default.Encode(text);
}
