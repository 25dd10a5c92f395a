using System.Net;
using Slipway.Serve.Tests.Serving.OpenInference;

namespace Slipway.Serve.Tests.Serving.Connections;

/// <summary>Callers that hang up: nobody waits for their answers, so they are no predictions and nobody's errors.</summary>
public sealed class CutOffTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Who_hangs_up_while_its_request_runs_is_not_counted(bool reset)
    {
        await using var gate = await GateServer.StartAsync(Cancel);
        gate.Model.Close();
        using var connection = await RawConnection.OpenAsync(gate.Server, Cancel);
        await connection.SendAsync(GateServer.Request, Cancel);
        await gate.Model.EnteredAsync(Cancel);

        HangUp(connection, reset);
        await gate.LeftAsync(Cancel);
        gate.Model.Open();
        await gate.EndedAsync(Cancel);

        await AssertNothingCountedAsync(gate, runs: 1);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Who_hangs_up_in_the_queue_leaves_it_at_once_and_is_never_run(bool reset)
    {
        await using var gate = await GateServer.StartAsync(Cancel);
        gate.Model.Close();
        var first = gate.Server.PostAsync(GateServer.Infer, GateServer.Body, Cancel);
        await gate.Model.EnteredAsync(Cancel);
        using var connection = await RawConnection.OpenAsync(gate.Server, Cancel);
        await connection.SendAsync(GateServer.Request, Cancel);
        await gate.WaitingAsync(1, Cancel);

        HangUp(connection, reset);
        await gate.WaitingAsync(0, Cancel);
        await gate.EndedAsync(Cancel);
        gate.Model.Open();

        Assert.Equal(HttpStatusCode.OK, (await first).Status);
        Assert.Single(gate.Sink.Take());
        Assert.Single(gate.Model.Runs);
    }

    [Theory]
    [InlineData("Content-Length: 400", true)]
    [InlineData("Content-Length: 400", false)]
    [InlineData("Transfer-Encoding: chunked", true)]
    [InlineData("Transfer-Encoding: chunked", false)]
    [InlineData("Transfer-Encoding: chunked\r\nContent-Encoding: gzip", false)]
    public async Task Who_hangs_up_in_the_middle_of_a_body_is_not_counted(string header, bool reset)
    {
        await using var gate = await GateServer.StartAsync(Cancel);
        using var connection = await RawConnection.OpenAsync(gate.Server, Cancel);

        // In the middle of a chunk, or of what the length says.
        await connection.SendAsync(RawConnection.Request(GateServer.Infer, "80\r\n{\"inputs\":", header), Cancel);
        await gate.BegunAsync(Cancel);
        HangUp(connection, reset);
        await gate.EndedAsync(Cancel);

        await AssertNothingCountedAsync(gate, runs: 0);
    }

    private static void HangUp(RawConnection connection, bool reset)
    {
        if (reset)
        {
            connection.Reset();
        }
        else
        {
            connection.Dispose();
        }
    }

    private static async Task AssertNothingCountedAsync(GateServer gate, int runs)
    {
        Assert.Empty(gate.Sink.Take());
        Assert.Equal(0, gate.Figures.ReadTotals().Sum.Requests);
        Assert.Equal(runs, gate.Model.Runs.Count);

        Assert.Equal(HttpStatusCode.OK, (await gate.Server.PostAsync(GateServer.Infer, GateServer.Body, Cancel)).Status);
        Assert.Single(gate.Sink.Take());
        Assert.Equal((1, 0), (gate.Figures.ReadTotals().Sum.Requests, gate.Figures.ReadTotals().Sum.Errors));
    }
}
