using Slipway.Core.Names;
using Slipway.Monitoring.Log.Recording;

namespace Slipway.Watch.Tests.Monitoring.Log;

public sealed class CallMergeTests
{
    [Fact]
    public void Calls_of_several_processors_come_in_the_order_of_their_numbers()
    {
        var pool = new BlockPool();
        CallStripe[] stripes = [new(pool), new(pool), new(pool)];
        var random = new Random(3);
        const int Calls = 3000;
        for (var i = 1; i <= Calls; i++)
        {
            // Some are larger than a block, so that stripes have several.
            var call = Recorded(Call.Tabular(i, i % 500 == 0 ? new string('x', CallBlock.Size) : "Oslo"));
            stripes[random.Next(3)].Add(call, i, (int)CallBlock.Measure(call));
        }

        var merge = new CallMerge(pool);
        Array.ForEach(stripes, stripe => stripe.MoveTo(merge));
        var taken = new List<long>();
        while (merge.Next != CallMerge.None)
        {
            taken.Add(merge.Take().Header.Sequence);
        }

        Assert.Equal(Enumerable.Range(1, Calls).Select(i => (long)i), taken);
        Assert.Equal(Calls, merge.Release().Rows);
    }

    [Fact]
    public void A_block_that_is_used_again_knows_nothing_of_its_last_use()
    {
        var pool = new BlockPool();
        var stripe = new CallStripe(pool);
        foreach (var deployment in (string[])["bikes", "trams", "bikes"])
        {
            var call = Recorded(Call.Tabular(deployment: deployment).Of("anna"));
            stripe.Add(call, 1, (int)CallBlock.Measure(call));
            var merge = new CallMerge(pool);
            stripe.MoveTo(merge);
            var place = merge.Take();

            Assert.Equal(deployment, place.Route.Source.Deployment);
            Assert.Equal(["anna"], place.StickyKeys);
            merge.Release();
        }
    }

    private static RecordedCall Recorded(Call call) => new()
    {
        Deployment = call.Deployment,
        Version = VersionReference.Parse(call.Version),
        Role = call.Role,
        ArrivedAt = call.ArrivedAt,
        Rows = call.Rows,
        Fields = call.Fields,
        Inputs = call.Inputs,
        Outputs = call.Outputs,
    };
}
