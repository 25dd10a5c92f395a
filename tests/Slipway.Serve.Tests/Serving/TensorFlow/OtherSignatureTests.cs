using System.Net;
using System.Text;
using Slipway.Core;

namespace Slipway.Serve.Tests.Serving.TensorFlow;

public sealed class OtherSignatureTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/v1/models/m:predict", """{"instances":[{"temp":20,"season":"summer"}],"sticky_key":"KEY"}""", "application/json", false)]
    [InlineData("/v1/models/m:predict", """{"instances":[[20,"summer"]]}""", "application/json", true)]
    [InlineData("/invocations", """{"dataframe_records":[{"temp":20,"season":"summer"}],"sticky_key":"KEY"}""", "application/json", false)]
    [InlineData("/invocations", "temp,season\n20,summer\n", "text/csv", true)]
    public async Task While_a_candidate_takes_other_inputs_a_request_is_read_by_the_version_that_answers_its_key(string path, string body, string type, bool inHeader)
    {
        await using var server = await ServingServer.StartAsync(Cancel);
        var rain = await server.AddVersionAsync("model", "rain", Cancel);
        var bikes = await server.AddVersionAsync("model", "first", Cancel);
        await server.Deployments.DeployAsync("m", rain, Actor.Local, null, Cancel);
        await server.TryAsync("m", bikes, 0.5, "r1", Cancel);
        var answered = 0;

        for (var i = 0; i < 30; i++)
        {
            var v2 = await server.PostAsync("/v2/models/m/infer", Requests.With($"\"parameters\":{{\"sticky_key\":\"u{i}\"}}"), Cancel);
            using var request = new HttpRequestMessage(HttpMethod.Post, path)
            {
                Content = new StringContent(body.Replace("KEY", $"u{i}", StringComparison.Ordinal), Encoding.UTF8, type),
            };
            if (inHeader)
            {
                request.Headers.Add("Slipway-Sticky-Key", $"u{i}");
            }

            var answer = await server.SendAsync(request, Cancel);

            Assert.Equal(v2.Status, answer.Status);
            if (answer.Status == HttpStatusCode.OK)
            {
                answered++;
                Assert.Equal(ServingServer.First, answer.Json.GetProperty("predictions")[0].GetDouble(), 1e-12);
            }
        }

        Assert.InRange(answered, 5, 25);
    }
}
