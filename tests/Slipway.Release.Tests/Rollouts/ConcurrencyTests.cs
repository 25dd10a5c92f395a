using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Slipway.Registry;
using Slipway.Rollouts;
using Slipway.Rollouts.Releases;
using Slipway.Storage;

namespace Slipway.Release.Tests.Rollouts;

public sealed class ConcurrencyTests(ReleaseFixture fixture)
{
    private readonly ReleaseHost _host = fixture.Host;
    private readonly string _model = $"churn-{Guid.NewGuid():N}";
    private readonly string _name = $"live-{Guid.NewGuid():N}";

    // A wait that should not be would otherwise hold up all tests instead of failing one.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Deploys_that_race_with_rollbacks_leave_what_the_events_explain()
    {
        var versions = new List<ModelVersion>();
        for (var i = 0; i < 4; i++)
        {
            versions.Add(await _host.AddApprovedAsync(_model, $"{i}", Cancel));
        }

        await _host.DeployAsync(_name, versions[0].Reference, Cancel);
        await _host.DeployAsync(_name, versions[1].Reference, Cancel);

        var changes = Enumerable.Range(0, 40).Select(i => Task.Run(
            () => i % 3 == 0
                ? _host.Deployments.RollbackAsync(_name, ReleaseHost.Bob, null, Cancel)
                : _host.Deployments.DeployAsync(_name, versions[i % 4].Reference, ReleaseHost.Alice, null, Cancel),
            Cancel));
        await Task.WhenAll(changes);

        var state = (await _host.Deployments.FindAsync(_name, Cancel))!;
        Assert.Equal(state.Stable, _host.Server.Active(_name)!.Stable);
        Assert.Equal(state.Revision, _host.Server.Active(_name)!.Revision);

        var events = (await _host.Events.ReadSubjectAsync($"deployment/{_name}", 1000, Cancel)).Select(e => JsonElement.Parse(e.Data)).ToList();
        Assert.Equal(Enumerable.Range(1, events.Count), events.Select(e => e.GetProperty("revision").GetInt32()));
        Assert.Equal(state.Revision, events.Count);
        for (var i = 1; i < events.Count; i++)
        {
            Assert.Equal(Version(events[i - 1], "version"), Version(events[i], "former"));
        }

        Assert.Equal(state.Stable.Reference.Version.ToString(), Version(events[^1], "version"));
    }

    [Fact]
    public async Task A_deployment_that_loads_for_long_holds_up_its_own_changes_but_no_other_ones()
    {
        await using var own = await OwnHost.StartAsync(Cancel);
        var slow = await own.Host.AddApprovedAsync(_model, "1", Cancel);
        var quick = await own.Host.AddApprovedAsync(_model, "2", Cancel);
        var loading = new TaskCompletionSource();
        var loaded = new TaskCompletionSource();
        own.Host.Server.OnLoad = version =>
        {
            if (version.Reference != slow.Reference)
            {
                return Task.CompletedTask;
            }

            loading.TrySetResult();
            return loaded.Task;
        };

        var first = own.Host.Deployments.DeployAsync("slow", slow.Reference, ReleaseHost.Alice, null, Cancel);
        await loading.Task;
        var second = own.Host.Deployments.DeployAsync("slow", quick.Reference, ReleaseHost.Alice, null, Cancel);
        await own.Host.DeployAsync("quick", quick.Reference, Cancel).WaitAsync(Patience, Cancel);

        Assert.Equal(2, own.Host.Server.Answer("quick"));
        Assert.False(first.IsCompleted || second.IsCompleted);
        loaded.SetResult();
        Assert.Equal(1, (await first).Revision);
        Assert.Equal(2, (await second).Revision);
        Assert.Equal(2, own.Host.Server.Answer("slow"));
    }

    [Fact]
    public async Task Whoever_leaves_while_waiting_or_loading_changes_nothing_and_holds_nobody_up()
    {
        await using var own = await OwnHost.StartAsync(Cancel);
        var slow = await own.Host.AddApprovedAsync(_model, "1", Cancel);
        var quick = await own.Host.AddApprovedAsync(_model, "2", Cancel);
        var loading = new TaskCompletionSource();
        own.Host.Server.OnLoad = version =>
        {
            loading.TrySetResult();
            return version.Reference == slow.Reference ? new TaskCompletionSource().Task : Task.CompletedTask;
        };

        using var firstLeaves = new CancellationTokenSource();
        using var secondLeaves = new CancellationTokenSource();
        var first = own.Host.Deployments.DeployAsync(_name, slow.Reference, ReleaseHost.Alice, null, firstLeaves.Token);
        await loading.Task;
        var second = own.Host.Deployments.DeployAsync(_name, slow.Reference, ReleaseHost.Alice, null, secondLeaves.Token);
        var third = own.Host.Deployments.DeployAsync(_name, quick.Reference, ReleaseHost.Alice, null, Cancel);
        await secondLeaves.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        Assert.False(third.IsCompleted);
        await firstLeaves.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);

        Assert.Equal(1, (await third.WaitAsync(Patience, Cancel)).Revision);
        Assert.Equal(2, own.Host.Server.Answer(_name));
    }

    [Fact]
    public async Task Once_the_change_is_committed_the_switch_happens_although_the_caller_has_left()
    {
        await _host.DeployAsync(_name, (await _host.AddApprovedAsync(_model, "1", Cancel)).Reference, Cancel);
        var second = await _host.AddApprovedAsync(_model, "2", Cancel);
        using var leaves = new CancellationTokenSource();
        var database = new Leaving(_host.Get<Database>(), leaves);
        var store = new DeploymentStore(database);
        var reconciler = new DeploymentReconciler(_host.Server, new DeploymentsReadiness(), NullLogger<DeploymentReconciler>.Instance);
        var changes = new DeploymentChanges(store, new RolloutStore(database), new ReleaseStore(database, _host.Registry), new RolloutSignal(), _host.Get<Admission>(), reconciler);
        var deployments = new Deployments(store, _host.Registry, _host.Approvals, new DeploymentTurns(), changes, TimeProvider.System, NullLogger<Deployments>.Instance);

        await deployments.DeployAsync(_name, second.Reference, ReleaseHost.Alice, null, leaves.Token);

        Assert.True(leaves.IsCancellationRequested);
        Assert.Equal(2, _host.Server.Answer(_name));
        Assert.Equal(2, (await _host.Deployments.FindAsync(_name, Cancel))!.Revision);
    }

    private static string? Version(JsonElement data, string property) => data.GetProperty(property).GetProperty("version").GetString();

    /// <summary>The real database, with a caller who leaves while it commits.</summary>
    private sealed class Leaving(Database database, CancellationTokenSource leaves) : Database
    {
        public override Task<T> ReadAsync<T>(Func<System.Data.Common.DbConnection, Task<T>> read, CancellationToken cancellationToken) =>
            database.ReadAsync(read, cancellationToken);

        public override async Task<T> WriteAsync<T>(Func<WriteTransaction, Task<T>> write, CancellationToken cancellationToken)
        {
            await leaves.CancelAsync();
            return await database.WriteAsync(write, cancellationToken);
        }

        public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
