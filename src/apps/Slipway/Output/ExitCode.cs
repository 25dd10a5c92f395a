using Slipway.Core.Errors;

namespace Slipway.Output;

/// <summary>What a verb's exit code says: to a script, whether to go on, to mend the command, or to try later.</summary>
internal static class ExitCode
{
    /// <summary>Done.</summary>
    public const int Good = 0;

    /// <summary>The thing asked about failed: a gate, a training, a deployment.</summary>
    public const int Failed = 1;

    /// <summary>The command, a file or a setting is wrong.</summary>
    public const int WrongUsage = 2;

    /// <summary>The server cannot be reached, or cannot serve now.</summary>
    public const int Unreachable = 3;

    /// <summary>Stopped by Ctrl+C, as shells count it (128 + SIGINT).</summary>
    public const int Interrupted = 130;

    public static int Of(ErrorKind kind) => kind switch
    {
        ErrorKind.InvalidInput or ErrorKind.TooLarge or ErrorKind.NotAvailable => WrongUsage,
        ErrorKind.Unavailable or ErrorKind.TooMany => Unreachable,
        _ => Failed,
    };
}
