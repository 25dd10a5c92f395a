using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Slipway.Client;
using Slipway.Core.Errors;
using Slipway.Retraining.Pipelines;
using Slipway.Server;

namespace Slipway.Apps.Tests.Program;

public sealed class ServerEndTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("slipway-end-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Who_watches_a_long_training_hears_of_the_servers_end_and_does_not_hold_it_up()
    {
        var server = await StartAsync();
        var rows = Enumerable.Range(0, 2000).Select(i => $"{i % 97},{i % 89},{i * 7 % 101}");
        await File.WriteAllTextAsync(Path.Combine(_folder, "rows.csv"), $"a,b,y\n{string.Join('\n', rows)}\n", Cancel);
        const string Yaml = "model: long\ndata:\n  sql: select * from 'rows.csv'\n  label: y\ntrain:\n  task: regression\n  parameters: { rounds: 100000 }\n";
        using var client = new SlipwayClient(new ServerAddress(server.HttpAddress, null));
        var run = await client.PostAsync<PipelineRun>("/api/v1/projects/apply", new { yaml = Yaml, folder = _folder }, Cancel);
        var stopping = Task.CompletedTask;
        var begun = TimeProvider.System.GetTimestamp();

        var gone = await Assert.ThrowsAsync<SlipwayException>(async () =>
        {
            await foreach (var state in client.WatchAsync(run.Id, Cancel))
            {
                if (state.Stages[1].State == PipelineState.Running && stopping.IsCompleted)
                {
                    begun = TimeProvider.System.GetTimestamp();
                    stopping = server.DisposeAsync().AsTask();
                }
            }
        });

        await stopping;

        // The run has not ended: it goes on at the next start.
        Assert.Equal(ErrorKind.Unavailable, gone.Kind);
        Assert.Contains("went away", gone.Message, StringComparison.Ordinal);
        Assert.True(TimeProvider.System.GetElapsedTime(begun) < TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task A_server_that_ends_by_itself_is_not_waited_for()
    {
        await using var server = await StartAsync();
        var stopped = server.UntilStoppedAsync(Cancel);
        Assert.False(stopped.IsCompleted);

        server.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();

        await stopped;
    }

    private Task<SlipwayServer> StartAsync() => SlipwayServer.StartAsync(
        new ServerSettings { Http = new IPEndPoint(IPAddress.Loopback, 0), Grpc = new IPEndPoint(IPAddress.Loopback, 0), Data = Path.Combine(_folder, "data") },
        LogLevel.Warning,
        Cancel);
}
