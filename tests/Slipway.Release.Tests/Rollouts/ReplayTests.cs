using System.Text.Json;
using Slipway.Core;
using Slipway.Rollouts.Releases;

namespace Slipway.Release.Tests.Rollouts;

/// <summary>Years of traffic lead to the same decisions live and replayed.</summary>
public sealed class ReplayTests(ReleaseFixture fixture)
{
    private readonly ReleaseHost _host = fixture.Host;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_reconciliation_a_slot_or_one_for_all_lead_to_the_same()
    {
        var random = new Random(7);
        for (var sample = 0; sample < 12; sample++)
        {
            var plan = Plans.Canary with { Inconclusive = new[] { "hold", "extend", "rollback" }[sample % 3], Advance = sample % 2 == 0 ? "no-harm" : "safe" };
            var slots = Draw(random, sample % 4 * 0.05);
            var (oneByOne, looks) = await RunAsync(plan, slots, Enumerable.Range(1, 150));
            var (atOnce, looksAtOnce) = await RunAsync(plan, slots, [150]);
            var (someTimes, looksSometimes) = await RunAsync(plan, slots, Enumerable.Range(1, 150).Where(_ => random.Next(20) == 0).Append(150));

            Assert.Equal(oneByOne, atOnce);
            Assert.Equal(oneByOne, someTimes);
            Assert.Equal(looks, looksAtOnce);
            Assert.Equal(looks, looksSometimes);
        }
    }

    private async Task<(string State, IEnumerable<string> Looks)> RunAsync(RolloutPlan plan, IReadOnlyList<EvidenceSlot> slots, IEnumerable<int> minutes)
    {
        var name = $"live-{Guid.NewGuid():N}";
        var model = $"churn-{Guid.NewGuid():N}";
        await _host.DeployAsync(name, (await _host.AddApprovedAsync(model, "1", Cancel)).Reference, Cancel);
        var second = await _host.AddApprovedAsync(model, "2", Cancel);
        var rollout = await _host.Rollouts.StartAsync(new RolloutRequest(name, second.Reference, plan, null), ReleaseHost.Alice, Cancel);
        foreach (var minute in minutes)
        {
            _host.Evidence.Write(rollout.Id, slots, Slots.End(minute));
            await _host.Rollouts.ReconcileAsync(name, Cancel);
        }

        string Same(object value) => JsonSerializer.Serialize(value, SlipwayJson.Options).Replace(model, "churn", StringComparison.Ordinal).Replace(rollout.Id, "rollout", StringComparison.Ordinal);
        var ended = (await _host.Rollouts.FindAsync(rollout.Id, Cancel))!;
        var looks = await _host.Rollouts.ListLooksAsync(rollout.Id, Cancel);
        return (Same(ended with { Deployment = "bikes", StartedAt = default, EndedAt = ended.EndedAt is null ? null : default(DateTimeOffset), Sentence = "" }), [.. looks.Select(l => Same(l with { Sentence = "" }))]);
    }

    // Weights are those in force when the units were assigned, which need not be those of the step that counts them.
    private static List<EvidenceSlot> Draw(Random random, double harm) =>
    [
        .. Enumerable.Range(1, 120).Where(_ => random.Next(6) == 0).Select(minute => Slots.At(
            minute,
            Slots.Errors(0.25, (random.NextDouble() < harm ? 3 : 0, random.Next(10)), (random.Next(2), 3 * random.Next(10))),
            Slots.Errors(0.5, (random.NextDouble() < harm ? 3 : 0, random.Next(10)), (random.Next(2), random.Next(10)), $"device={random.Next(3)}"))),
    ];
}
