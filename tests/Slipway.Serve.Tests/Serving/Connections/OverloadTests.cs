using Slipway.Serve.Tests.Serving.OpenInference;
using Slipway.Serving.Engine;

namespace Slipway.Serve.Tests.Serving.Connections;

public sealed class OverloadTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Who_asks_before_it_sends_is_refused_without_its_body_and_who_sent_keeps_its_connection()
    {
        const string Refusal = """{"error":"gate is busy: 1 requests wait already, and no more may (serve.batching.queue). Try again later."}""";
        await using var gate = await GateServer.StartAsync(Cancel);
        gate.Runner.Apply(new ServeSettings { Instances = 1, MaxQueue = 1 });
        gate.Model.Close();
        var standing = Post(gate, GateServer.Body);
        await gate.Model.EnteredAsync(Cancel);
        var waiting = Post(gate, GateServer.Body);
        await gate.WaitingAsync(1, Cancel);

        using var asking = await RawConnection.OpenAsync(gate.Server, Cancel);
        await asking.SendAsync(RawConnection.Request(GateServer.Infer, "", $"Content-Length: {GateServer.Body.Length}", "Expect: 100-continue"), Cancel);
        Assert.Equal((503, Refusal), await asking.ReadAsync(Cancel));

        using var sending = await RawConnection.OpenAsync(gate.Server, Cancel);
        await sending.SendAsync(GateServer.Request, Cancel);
        Assert.Equal((503, Refusal), await sending.ReadAsync(Cancel));
        Assert.Equal(2, gate.Runner.Refused);

        gate.Model.Open();
        Assert.All(await Task.WhenAll(standing, waiting), answer => Assert.Equal(200, (int)answer.StatusCode));
        await sending.SendAsync(GateServer.Request, Cancel);
        Assert.Equal(200, (await sending.ReadAsync(Cancel)).Status);
    }

    [Fact]
    public async Task Large_bodies_are_answered_however_many_come_at_once()
    {
        await using var gate = await GateServer.StartAsync(Cancel);

        // Blanks are read too.
        var large = GateServer.Body + new string(' ', 2 * ProcessorQueue.LargeBody);
        var answers = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => Post(gate, large)));

        Assert.All(answers, answer => Assert.Equal(200, (int)answer.StatusCode));
    }

    private static Task<HttpResponseMessage> Post(GateServer gate, string body) => gate.Server.Client.PostAsync(GateServer.Infer, new StringContent(body), Cancel);
}
