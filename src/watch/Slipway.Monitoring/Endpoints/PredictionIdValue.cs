using Slipway.Core.Errors;
using Slipway.Monitoring.Predictions;

namespace Slipway.Monitoring.Endpoints;

/// <summary>A prediction's id as it stands in a path, where a slash may be written as such or as <c>%2F</c>.</summary>
internal static class PredictionIdValue
{
    // The server leaves %2F as it came, and so it does what is left of %252F. Which of the two it was shows in what there is.
    private const string Slash = "%2F";

    /// <summary>What <paramref name="find"/> finds for the id as it stands there, else with its slashes.</summary>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.NotFound"/>: neither is there.</exception>
    public static async Task<T> FindAsync<T>(string deployment, string text, IPredictions predictions, Func<string, Task<T?>> find, CancellationToken cancellationToken)
        where T : class
    {
        if (await find(text) is { } found)
        {
            return found;
        }

        var id = text.Replace(Slash, "/", StringComparison.OrdinalIgnoreCase);
        return (id == text ? null : await find(id)) ?? throw await predictions.MissingAsync(deployment, id, cancellationToken);
    }
}
