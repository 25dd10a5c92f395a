using Slipway.Datasets;
using Slipway.Statistics.Quality;
using Slipway.Validation;

namespace Slipway.Develop.Tests.Validation;

public sealed class SegmentRowsTests
{
    [Fact]
    public void Metrics_are_those_of_the_segments_own_rows_and_rows_without_a_value_belong_to_none()
    {
        var rows = new Table([new NumberColumn("workingday", [1, 0, 1, double.NaN]), new TextColumn("city", [0, 1, 1, 1], ["Oslo", "Rome"]), new TimeColumn("at", new DateTime?[4])], 4);
        var scored = new ScoredRows(LearningTask.Regression, [10, 20, 30, 40], [11, 20, 33, 40], 1);

        var segments = SegmentRows.Measure(scored, rows, ["workingday", "city", "at", "nothing", "city"]);

        Assert.Equal(["workingday=1 2", "workingday=0 1", "city=Rome 3", "city=Oslo 1"], segments.Select(segment => $"{segment.Segment} {segment.Rows}"));
        Assert.Equal(2, segments[0].Metrics["mae"], 1e-12);
        Assert.Equal(0, segments[1].Metrics["rmse"], 1e-12);
        Assert.False(segments[1].Metrics.ContainsKey("r2"));
    }

    [Fact]
    public void Beyond_fifty_values_the_rest_is_one_segment()
    {
        var rows = new Table([new NumberColumn("user", [.. Enumerable.Range(0, 60).Select(i => (double)i)])], 60);

        var segments = SegmentRows.Find(rows, ["user"]);

        Assert.Equal((51, "user=other", 10), (segments.Count, segments[^1].Name, segments[^1].Rows.Length));
    }
}
