using System.Text.Encodings.Web;
using System.Text.Json;
using Slipway.Monitoring.Predictions;

namespace Slipway.Console.Reading;

/// <summary>What is shown of a prediction.</summary>
/// <param name="Model">The project.</param>
/// <param name="Deployment">Its deployment.</param>
/// <param name="Id">The id that was asked for; empty when none was.</param>
/// <param name="Found">What is known, or null.</param>
/// <param name="Problem">Why nothing is, or null.</param>
public sealed record PredictionView(string Model, string Deployment, string Id, PredictionExplanation? Found, string? Problem)
{
    // Shown as text, so there is nothing to escape for.
    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The page of a prediction; the id goes into the query, where it may have slashes.</summary>
    public static string Address(string model, string id) => $"projects/{Uri.EscapeDataString(model)}/predictions?id={Uri.EscapeDataString(id)}";

    /// <summary>A value as JSON has it, so that a text that looks like a number is not taken for one; what is longer is cut.</summary>
    public static string Text(object? value, int longest)
    {
        var text = value is null ? "missing" : JsonSerializer.Serialize(value, Json);
        return text.Length <= longest ? text : text[..longest] + "…";
    }
}
