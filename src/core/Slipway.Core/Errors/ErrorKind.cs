namespace Slipway.Core.Errors;

/// <summary>What went wrong, in the terms a caller can act on. Each protocol translates the kind once.</summary>
public enum ErrorKind
{
    /// <summary>The request, the file or the setting is wrong; the same call will fail again. HTTP 400, exit code 2.</summary>
    InvalidInput,

    /// <summary>The thing named does not exist. HTTP 404, exit code 1.</summary>
    NotFound,

    /// <summary>The thing exists, but its state does not allow this. HTTP 409, exit code 1.</summary>
    Conflict,

    /// <summary>Nobody has said who they are, or not so that it could be believed. HTTP 401, exit code 1.</summary>
    Unauthenticated,

    /// <summary>The actor may not do this. HTTP 403, exit code 1.</summary>
    Forbidden,

    /// <summary>A stated bound was passed; the message names it. HTTP 413, exit code 2.</summary>
    TooLarge,

    /// <summary>What was asked about failed: a gate, a training, a rollout. HTTP 422, exit code 1.</summary>
    Failed,

    /// <summary>Understood and valid, but this version of Slipway does not do it yet. HTTP 501, exit code 2.</summary>
    NotAvailable,

    /// <summary>Not now: still loading, overloaded, or a part that is needed is missing. HTTP 503, exit code 3.</summary>
    Unavailable,

    /// <summary>More than the caller may ask for in the time; later it may again. HTTP 429, exit code 3.</summary>
    TooMany,

    /// <summary>The time that was allowed has passed. HTTP 504, exit code 1.</summary>
    Timeout,
}
