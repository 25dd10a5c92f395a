using Microsoft.AspNetCore.Http;
using Slipway.Access;
using Slipway.Access.Audit;
using Slipway.Access.Errors;
using Slipway.Console.SigningIn;
using Slipway.Core.Errors;

namespace Slipway.Console.Hosting;

/// <summary>What people do by a button: the module's own operation in their name, with the permission of the route that does the same, and its entry in the audit.</summary>
internal sealed class ConsoleActions(PageCaller page, IAuditLog audit, TimeProvider time)
{
    /// <summary>Does it and returns null, or why it was not done.</summary>
    /// <param name="name">The name of the route that does the same, which is the audit's action.</param>
    /// <param name="target">To what it is done, such as <c>bike-demand@1.1.0</c>.</param>
    /// <param name="permission">What the route needs.</param>
    /// <param name="act">The operation.</param>
    public async Task<string?> DoAsync(string name, string target, Permission permission, Func<Caller, Task> act)
    {
        var caller = await page.GetAsync();
        if (!caller.May(permission))
        {
            return $"{caller.Actor} is {caller.Role.Name()} and may not do this.";
        }

        // The entry is durable before anybody sees the outcome, for a failure as for a success: as it is with a request.
        try
        {
            await act(caller);
            await RecordAsync(StatusCodes.Status200OK);
            return null;
        }
        catch (SlipwayException e)
        {
            await RecordAsync(HttpStatus.Of(e.Kind));
            return string.Join(' ', [e.Message, .. e.Details]);
        }

        Task RecordAsync(int outcome) => audit.AppendAsync(new AuditEntry(time.GetUtcNow(), caller.Actor, name, target, "console", outcome), CancellationToken.None);
    }
}
