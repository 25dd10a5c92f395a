using Microsoft.AspNetCore.Http;
using Slipway.Storage;

namespace Slipway.Access.Audit;

/// <summary>The audit entry of a request, for a handler that lets it commit with the change that it is about.</summary>
internal sealed class AuditInChange(Func<WriteTransaction, int, Task> append)
{
    /// <summary>True once it was appended; whether that transaction committed, the answer's status tells.</summary>
    public bool Appended { get; private set; }

    public async Task AppendAsync(WriteTransaction transaction)
    {
        await append(transaction, StatusCodes.Status200OK);
        Appended = true;
    }
}
