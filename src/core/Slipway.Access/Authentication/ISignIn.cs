using Microsoft.AspNetCore.Http;
using Slipway.Core.Errors;

namespace Slipway.Access.Authentication;

/// <summary>Signs people in to the pages of this server, with a key.</summary>
public interface ISignIn
{
    /// <summary>False while authentication is off: then everybody is in.</summary>
    bool IsRequired { get; }

    /// <summary>Begins a session for who has this key, and sets its cookie. The audit knows of it.</summary>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.Unauthenticated"/>: the key is not good; <see cref="ErrorKind.Forbidden"/>: it may not see the pages, since its role or its scope is too small.</exception>
    Task<Caller> BeginAsync(HttpContext context, string? key);

    /// <summary>Ends the session of a request, and its cookie.</summary>
    void End(HttpContext context);

    /// <summary>Says, whenever it is asked, whether who made this request may still be here: for a connection that stays open.</summary>
    Func<bool> Watch(HttpContext context);

    /// <summary>True when the browser reached this server by https, as far as its request tells: cookies are marked so.</summary>
    bool IsSecure(HttpRequest request);
}

/// <summary>Where browsers are sent that have not signed in; whoever has such a page registers it.</summary>
/// <param name="Path">Its path.</param>
public sealed record SignInPage(string Path);
