using Slipway.Monitoring.Outcomes;

namespace Slipway.Watch.Tests.Monitoring.Outcomes;

public sealed class RecentTableTests
{
    [Fact]
    public void Rows_that_come_and_go_are_found_as_long_as_they_are_there_also_where_hashes_collide()
    {
        const int Rows = 64;
        var random = new Random(7);
        var table = new RecentTable(Rows);
        var ids = new UInt128[Rows];
        for (var step = 0; step < 20_000; step++)
        {
            var row = step % Rows;
            if (step >= Rows)
            {
                table.Remove(ids[row], row);
                Assert.Equal(-1, table.Find(ids[row], ids));
            }

            // Few of the low halves, which the table places rows by, so that runs are long and wrap around.
            ids[row] = new UInt128((ulong)step + 1, (ulong)random.Next(120, 140));
            table.Add(ids[row], row);
            for (var other = 0; other <= Math.Min(step, Rows - 1); other++)
            {
                Assert.Equal(other, table.Find(ids[other], ids));
            }
        }
    }
}
