using Slipway.Core.Errors;
using Slipway.Core.Text;

namespace Slipway.Monitoring.Log.Recording;

/// <summary>Why a call failed.</summary>
/// <param name="Kind">In a word, such as <c>Timeout</c>; never anything of the request.</param>
/// <param name="Text">In a sentence, as its caller or the server's log has it; what a model says may hold values of the request.</param>
internal sealed record CallError(string Kind, string Text)
{
    // A stack or a whole batch in a message helps nobody who looks at one call.
    private const int Longest = 500;

    /// <summary>The error that stands for an exception; for none, where the call was given up before anybody could say why.</summary>
    public static CallError Of(Exception? exception) => exception switch
    {
        null => new CallError("Unknown", "The server gave the call up without a reason."),
        SlipwayException known => new CallError(known.Kind.ToString(), Excerpt.Of(known.Message, Longest)),
        _ => new CallError(exception.GetType().Name, Excerpt.Of(exception.Message, Longest)),
    };

    /// <summary>What the log keeps: both, or the kind alone where values of requests are not to be kept.</summary>
    public override string ToString() => Text.Length == 0 ? Kind : $"{Kind}: {Text}";
}
