using Microsoft.AspNetCore.Http;

namespace Slipway.Access;

/// <summary>How a route's protocol tells errors, for those that happen before its handler: who is not let in hears it in the words that its clients read.</summary>
/// <param name="WriteAsync">Writes an error with this status and sentence as the whole answer.</param>
public sealed record ErrorShape(Func<HttpContext, int, string, Task> WriteAsync);
