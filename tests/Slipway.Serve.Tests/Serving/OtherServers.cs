using System.Net.Http.Headers;
using System.Text;
using Slipway.Core;
using Slipway.Core.Names;
using Slipway.Serving;

namespace Slipway.Serve.Tests.Serving;

/// <summary>
/// A server with a model of each kind: <c>bikes</c> (a table with a text column, two versions), <c>rain</c> (a table of numbers, two outputs), <c>linear</c> (one matrix), <c>types</c>
/// (every datatype there and back), <c>columns</c> (one [N,1] a column), <c>gather</c> (64-bit integers).
/// </summary>
public sealed class OtherServers : IAsyncLifetime
{
    public const int MaxElements = 100_000;

    public ServingServer Server { get; private set; } = null!;

    public VersionReference First { get; private set; } = null!;

    public VersionReference Second { get; private set; } = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Server = await ServingServer.StartAsync(new ServingOptions { MaxElements = MaxElements, Default = "bikes" }, null, null, Cancel);
        (First, Second) = await Server.DeployAsync("bikes", both: true, Cancel);
        foreach (var name in new[] { "rain", "linear", "types", "columns", "gather" })
        {
            await Server.Deployments.DeployAsync(name, await Server.AddVersionAsync(name, name, Cancel), Actor.Local, null, Cancel);
        }
    }

    public ValueTask DisposeAsync() => Server.DisposeAsync();

    /// <summary>What curl's <c>-d</c> sends to TensorFlow Serving.</summary>
    public Task<Answer> PredictAsync(string model, string body) => Server.PostAsync($"/v1/models/{model}:predict", body, Cancel);

    /// <summary>Sends a body of a type to MLflow's scoring.</summary>
    public async Task<Answer> InvokeAsync(string model, string body, string type = "application/json")
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        return await Server.SendAsync($"/deployments/{model}/invocations", content, Cancel);
    }
}
