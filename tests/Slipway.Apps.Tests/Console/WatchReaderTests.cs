using Slipway.Console.Reading;
using Slipway.Core;
using Slipway.Monitoring;
using Slipway.Monitoring.Alerts;
using Slipway.Monitoring.Watching;
using Slipway.Rollouts.Releases;
using Slipway.Storage.Events;

namespace Slipway.Apps.Tests.Console;

public sealed class WatchReaderTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_server_without_monitoring_and_rollouts_has_nothing_to_show_and_says_so()
    {
        var reader = new WatchReader(new Events());

        var view = await reader.ReadAsync("bikes", null, [], WatchChoice.All, Cancel);

        Assert.False(view.IsRecorded);
        Assert.Null(view.Watch);
        Assert.Equal(0, await reader.CountFiringAsync("bikes", Cancel));
        Assert.Empty(await reader.ListRolloutsAsync("bikes", Cancel));
        Assert.Null(await reader.FindRolloutAsync("bike-demand", "r1", Cancel));
    }

    [Fact]
    public async Task Firing_alerts_come_first_and_then_the_newest()
    {
        var monitoring = new Monitoring(WatchRecords.Alert("a", 90, 95), WatchRecords.Alert("b", 10), WatchRecords.Alert("c", 20), WatchRecords.Alert("d", 5, 6));

        var view = await new WatchReader(new Events(), monitoring).ReadAsync("bikes", null, [], WatchChoice.All, Cancel);

        Assert.Equal(["c", "b", "a", "d"], view.Alerts.Select(a => a.Subject));
        Assert.Equal(2, view.Firing);
        Assert.Equal(0.25, view.PsiLimit);
    }

    [Fact]
    public async Task A_stretch_of_days_ends_at_the_deployments_own_now()
    {
        var monitoring = new Monitoring();

        await new WatchReader(new Events(), monitoring).ReadAsync("bikes", null, [], new WatchChoice("", 30), Cancel);

        Assert.Equal(WatchRecords.End.AddDays(-30), monitoring.From);
    }

    [Fact]
    public async Task A_rollout_is_found_with_its_own_events_under_its_own_project_only()
    {
        var events = new Events(Event("RolloutStarted", "r1"), Event("RolloutStarted", "r0"), Event("VersionDeployed", null), Event("RolloutHeld", "r1"));
        var reader = new WatchReader(events, null, new Rollouts());

        var view = await reader.FindRolloutAsync("bike-demand", "r1", Cancel);

        Assert.Equal(["Rollout held: 1.1.0", "Rollout started: 1.1.0"], view!.Decisions.Select(d => d.What));
        Assert.Equal(40, view.Looks.Count);
        Assert.Null(await reader.FindRolloutAsync("another", "r1", Cancel));
        Assert.Null(await reader.FindRolloutAsync("bike-demand", "r2", Cancel));
    }

    private static StoredEvent Event(string type, string? rollout) => new(
        1, type, "deployment/bikes", "local", Records.Noon, $$$"""{"version":{"model":"bike-demand","version":"1.1.0"}{{{(rollout is null ? "" : $",\"rollout\":\"{rollout}\"")}}}}""");

    private sealed class Monitoring(params AlertState[] alerts) : IMonitoring
    {
        public DateTimeOffset? From { get; private set; }

        public Task<DeploymentWatch?> FindAsync(string deployment, DateTimeOffset? from, DateTimeOffset? to, CancellationToken cancellationToken)
        {
            From = from;
            return Task.FromResult<DeploymentWatch?>(WatchRecords.Watch());
        }

        public Task<IReadOnlyList<AlertState>> ListAlertsAsync(string? deployment, bool firingOnly, int limit, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<AlertState>>(alerts);

        public DateTimeOffset? Now(string deployment) => WatchRecords.End;

        public Task<long> CountLabelsAsync(string deployment, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task SettleAsync(string deployment, CancellationToken cancellationToken) => throw new NotSupportedException();
    }

    private sealed class Rollouts : IRollouts
    {
        public Task<RolloutState?> FindAsync(string id, CancellationToken cancellationToken) => Task.FromResult(id == "r1" ? WatchRecords.Rollout() : null);

        public Task<IReadOnlyList<RolloutLook>> ListLooksAsync(string id, CancellationToken cancellationToken) => Task.FromResult(WatchRecords.Looks());

        public Task<RolloutState> StartAsync(RolloutRequest request, Actor actor, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<RolloutState> PromoteAsync(string id, Actor actor, string? reason, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<RolloutState> RollBackAsync(string id, Actor actor, string? reason, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task ReconcileAsync(string deployment, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<RolloutState?> FindActiveAsync(string deployment, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<IReadOnlyList<RolloutState>> ListAsync(string deployment, int limit, CancellationToken cancellationToken) => throw new NotSupportedException();
    }

    private sealed class Events(params StoredEvent[] stored) : IEventLog
    {
        public Task<IReadOnlyList<StoredEvent>> ReadSubjectAsync(string subject, int limit, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<StoredEvent>>(stored);

        public Task<IReadOnlyList<StoredEvent>> ReadAsync(long position, int limit, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<IReadOnlyList<StoredEvent>> ReadSetAsync(SubjectQuery query, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<IReadOnlyList<StoredEvent>> ReadSubjectsAsync(IReadOnlyList<string> subjects, int limit, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<long> ReadCursorAsync(string consumer, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task WaitAsync(long position, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
