using Slipway.Rollouts.History;

namespace Slipway.Monitoring.Traffic;

/// <inheritdoc/>
internal sealed class TrafficHistory(TrafficStore store, EventClock clock) : ITrafficHistory
{
    // Two years of days, of three versions each.
    private const int MostBuckets = 2500;

    public bool IsReplay(string deployment) => clock.IsReplay(deployment);

    public async Task<TrafficMoment?> FindAsync(string deployment, DateTimeOffset moment, CancellationToken cancellationToken)
    {
        var buckets = (await store.ListAtAsync(deployment, moment, cancellationToken)).Where(bucket => bucket.Predictions > 0).ToList();
        return buckets.Count == 0 ? null : new TrafficMoment(buckets.Min(bucket => bucket.From), buckets.Max(bucket => bucket.To), Sum(buckets));
    }

    public async Task<IReadOnlyList<TrafficPeriod>> ListAsync(string deployment, DateTimeOffset? from, DateTimeOffset? to, int limit, CancellationToken cancellationToken)
    {
        var periods = new List<List<AnsweredBucket>>();
        var buckets = (await store.ListAsync(deployment, from, to, MostBuckets, cancellationToken)).Where(bucket => bucket.Predictions > 0);
        foreach (var at in buckets.GroupBy(bucket => (bucket.From, bucket.Length)))
        {
            // Newest first, so what goes on from here came before it in the list. Time without traffic changes nothing: nobody was answered.
            if (periods is [.., var later] && SameRoles(later, at))
            {
                later.AddRange(at);
            }
            else if (periods.Count == limit)
            {
                break;
            }
            else
            {
                periods.Add([.. at]);
            }
        }

        return [.. periods.Select(period => new TrafficPeriod(period.Min(bucket => bucket.From), period.Max(bucket => bucket.To), Sum(period)))];
    }

    private static bool SameRoles(IEnumerable<AnsweredBucket> a, IEnumerable<AnsweredBucket> b) => RolesOf(a).SetEquals(RolesOf(b));

    private static HashSet<(string Version, string Role)> RolesOf(IEnumerable<AnsweredBucket> buckets) => [.. buckets.Select(bucket => (bucket.Version, bucket.Role))];

    private static List<AnsweredTraffic> Sum(IReadOnlyList<AnsweredBucket> buckets)
    {
        var all = (double)buckets.Sum(bucket => bucket.Predictions);
        return
        [
            .. buckets.GroupBy(bucket => (bucket.Version, bucket.Role))
                .Select(of => (of.Key.Version, of.Key.Role, Predictions: of.Sum(bucket => bucket.Predictions)))
                .OrderByDescending(of => of.Predictions).ThenBy(of => of.Version, StringComparer.Ordinal)
                .Select(of => new AnsweredTraffic(of.Version, of.Role, of.Predictions, of.Predictions / all)),
        ];
    }
}
