using System.Net;
using System.Text.Json.Nodes;

namespace Slipway.EndToEnd.Tests.Mlflow;

/// <summary>What the server answered to a call of MLflow's interface.</summary>
internal sealed record MlflowAnswer(HttpStatusCode Status, string? MediaType, string Text)
{
    public JsonObject Json => JsonNode.Parse(Text)!.AsObject();

    public string ErrorCode => (string)Json["error_code"]!;

    public string Message => (string)Json["message"]!;
}
