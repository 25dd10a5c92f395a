using System.Data.Common;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Core;
using Slipway.Rollouts.Releases;
using Slipway.Storage;

namespace Slipway.Release.Tests.Rollouts;

/// <summary>A program that is killed between any two steps of a release, and started again, comes to where one that was never killed comes.</summary>
public sealed class KillTests
{
    private const string Model = "churn";
    private const string Name = "live";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("immediate")]
    [InlineData("blue-green")]
    [InlineData("canary")]
    public async Task A_kill_at_any_step_changes_nothing_about_the_end(string strategy)
    {
        var (expected, steps) = await RunAsync(strategy, killAt: 0);

        Assert.InRange(steps, 4, 40);
        for (var step = 1; step <= steps; step++)
        {
            var (end, _) = await RunAsync(strategy, step);
            Assert.True(expected == end, $"Killed at step {step} of {steps}:\n{end}\ninstead of\n{expected}");
        }
    }

    [Fact]
    public async Task A_candidate_that_no_longer_loads_is_taken_back_at_the_next_start_and_the_stable_version_answers()
    {
        await using var own = await OwnHost.StartAsync(Cancel);
        await own.Host.DeployAsync(Name, (await own.Host.AddApprovedAsync(Model, "1", Cancel)).Reference, Cancel);
        var second = await own.Host.AddApprovedAsync(Model, "2", Cancel);
        var rollout = await own.Host.Rollouts.StartAsync(new RolloutRequest(Name, second.Reference, Plans.Canary, null), ReleaseHost.Alice, Cancel);

        await own.RestartAsync(server => server.Refuse(second.Reference), Cancel);

        Assert.Equal((1, null, true), (own.Host.Server.Answer(Name), own.Host.Server.Active(Name)?.Candidate, own.Host.Readiness.IsReady));
        var ended = (await own.Host.Rollouts.FindAsync(rollout.Id, Cancel))!;
        Assert.Equal((RolloutStatus.RolledBack, $"{second.Reference} cannot be loaded for the deployment {Name}: '2' is not a number."), (ended.Status, ended.Sentence));
        Assert.Equal("RolloutRolledBack", (await own.Host.Events.ReadSubjectAsync($"deployment/{Name}", 100, Cancel))[^1].Type);
    }

    [Fact]
    public async Task A_rollout_that_was_under_way_goes_on_after_a_restart_with_the_same_share()
    {
        await using var own = await OwnHost.StartAsync(Cancel);
        await own.Host.DeployAsync(Name, (await own.Host.AddApprovedAsync(Model, "1", Cancel)).Reference, Cancel);
        var second = await own.Host.AddApprovedAsync(Model, "2", Cancel);
        var rollout = await own.Host.Rollouts.StartAsync(new RolloutRequest(Name, second.Reference, Plans.Canary, null), ReleaseHost.Alice, Cancel);

        await own.RestartAsync(null, Cancel);

        Assert.Equal((0.25, rollout.Id), (own.Host.Server.Active(Name)?.Candidate?.Weight, own.Host.Server.Active(Name)?.Candidate?.Rollout));
        Write(own.Host, rollout);
        await own.Host.Rollouts.ReconcileAsync(Name, Cancel);
        Assert.Equal(2, own.Host.Server.Answer(Name));
    }

    // A whole release with a kill at one step (0: none), a restart on the same folder, and the same request again, as a pipeline that was killed with it makes it.
    private static async Task<(string End, int Steps)> RunAsync(string strategy, int killAt)
    {
        var kill = new Kill();
        await using var own = await OwnHost.StartAsync(Cancel, services =>
        {
            var real = services.Last(service => service.ServiceType == typeof(Database)).ImplementationFactory!;
            services.AddSingleton<Database>(provider => new KilledDatabase((Database)real(provider), kill));
        });
        await own.Host.DeployAsync(Name, (await own.Host.AddApprovedAsync(Model, "1", Cancel)).Reference, Cancel);
        var second = await own.Host.AddApprovedAsync(Model, "2", Cancel);
        var request = new RolloutRequest(Name, second.Reference, Plans.Canary with { Strategy = strategy }, "new season", "run-7");

        Watch(own.Host, kill);
        kill.Arm(killAt);
        try
        {
            await ReleaseAsync(own.Host, request);
        }
        catch (KilledException)
        {
            kill.Arm(0);
            await own.RestartAsync(null, Cancel);
            await ReleaseAsync(own.Host, request);
        }

        Assert.Equal(killAt > 0, kill.Happened);
        return (await DescribeAsync(own.Host), kill.Steps);
    }

    private static void Watch(ReleaseHost host, Kill kill)
    {
        host.Server.OnLoad = _ =>
        {
            kill.Step();
            return Task.CompletedTask;
        };
        host.Server.OnActivate = _ => kill.Step();
        host.Evidence.OnRead = kill.Step;
    }

    private static async Task ReleaseAsync(ReleaseHost host, RolloutRequest request)
    {
        var rollout = await host.Rollouts.StartAsync(request, ReleaseHost.Alice, Cancel);
        Write(host, rollout);
        await host.Rollouts.ReconcileAsync(Name, Cancel);
    }

    private static void Write(ReleaseHost host, RolloutState rollout) => host.Evidence.Write(
        rollout.Id,
        [
            Slots.At(1, Slots.Errors(0.25, (1, 199), (1, 199)), Slots.Errors(0.25, (1, 199), (1, 199), "device=mobile")),
            Slots.At(2, Slots.Errors(0.25, (1, 199), (1, 199)), Slots.Errors(0.25, (1, 199), (1, 199), "device=mobile")),
            Slots.At(5, Slots.Errors(0.5, (1, 9), (1, 9))),
        ],
        Slots.End(9));

    private static async Task<string> DescribeAsync(ReleaseHost host)
    {
        var rollout = Assert.Single(await host.Rollouts.ListAsync(Name, 10, Cancel));
        var deployment = (await host.Deployments.FindAsync(Name, Cancel))!;
        var looks = await host.Rollouts.ListLooksAsync(rollout.Id, Cancel);
        var events = await host.Events.ReadSubjectAsync($"deployment/{Name}", 100, Cancel);
        Assert.Equal(2, host.Server.Answer(Name));
        Assert.Equal(deployment.Revision, host.Server.Active(Name)!.Revision);
        var text = JsonSerializer.Serialize(
            new
            {
                rollout = rollout with { StartedAt = default, EndedAt = default(DateTimeOffset) },
                deployment = deployment with { ChangedAt = default },
                looks,
                events = events.Select(e => $"{e.Type} {e.Data}"),
            },
            SlipwayJson.Options);
        return text.Replace(rollout.Id, "rollout", StringComparison.Ordinal);
    }

    /// <summary>Counts the steps of what armed it, not of loops beside it, and ends the program, as far as it can tell, at one of them.</summary>
    private sealed class Kill
    {
        private readonly AsyncLocal<bool> _armed = new();
        private int _at;

        public int Steps { get; private set; }

        public bool Happened { get; private set; }

        public void Arm(int at) => (_at, _armed.Value) = (at, Steps == 0);

        public void Step()
        {
            if (!_armed.Value)
            {
                return;
            }

            if (++Steps == _at)
            {
                Happened = true;
                throw new KilledException();
            }
        }
    }

    // Not one that anything in the program expects.
    private sealed class KilledException : Exception;

    /// <summary>The real database, with a kill before and after each commit.</summary>
    private sealed class KilledDatabase(Database database, Kill kill) : Database
    {
        public override Task<T> ReadAsync<T>(Func<DbConnection, Task<T>> read, CancellationToken cancellationToken) => database.ReadAsync(read, cancellationToken);

        public override async Task<T> WriteAsync<T>(Func<WriteTransaction, Task<T>> write, CancellationToken cancellationToken)
        {
            kill.Step();
            var result = await database.WriteAsync(write, cancellationToken);
            kill.Step();
            return result;
        }

        public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
