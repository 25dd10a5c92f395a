using System.Net;

namespace Slipway.Serve.Tests.Serving;

/// <summary>Requests about somebody.</summary>
internal static class Callers
{
    public const string Infer = "/v2/models/bikes/infer";

    /// <summary>The role that answers a caller whose key is in a header.</summary>
    public static async Task<string> AskAsync(ServingServer server, string key, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Infer) { Content = new StringContent(Requests.Summer) };
        request.Headers.Add("Slipway-Sticky-Key", key);
        var answer = await server.SendAsync(request, cancellationToken);
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal(answer.Role == "candidate" ? ServingServer.Second : ServingServer.First, answer.Prediction, 1e-12);
        return answer.Role;
    }

    /// <summary>The callers <c>user-0</c>, <c>user-1</c>, … that the candidate answers.</summary>
    public static async Task<HashSet<string>> OnCandidateAsync(ServingServer server, int callers, CancellationToken cancellationToken)
    {
        var on = new HashSet<string>();
        for (var i = 0; i < callers; i++)
        {
            if (await AskAsync(server, $"user-{i}", cancellationToken) == "candidate")
            {
                on.Add($"user-{i}");
            }
        }

        return on;
    }

    /// <summary>Two rows with a key each.</summary>
    public static string TwoRows(string first, string second) => $$$"""
        {"parameters":{"sticky_key":["{{{first}}}","{{{second}}}"]},"inputs":[
          {"name":"temp","shape":[2],"datatype":"FP64","data":[20,20]},{"name":"season","shape":[2],"datatype":"BYTES","data":["summer","summer"]}]}
        """;
}
