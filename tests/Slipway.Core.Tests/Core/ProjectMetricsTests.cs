using Slipway.Core.Projects.Sections;
using Slipway.Statistics.Quality;

namespace Slipway.Core.Tests.Core;

public sealed class ProjectMetricsTests
{
    [Theory]
    [InlineData(Metrics.Regression, LearningTask.Regression)]
    [InlineData(Metrics.Binary, LearningTask.Binary)]
    [InlineData(Metrics.Multiclass, LearningTask.Multiclass)]
    public void A_file_may_name_the_metrics_that_are_computed_and_no_others(string name, LearningTask task)
    {
        var known = Metrics.All.Where(m => m.Tasks.Contains(name)).ToList();

        Assert.Equal(QualityMetrics.Names(task).Order(StringComparer.Ordinal), known.Select(m => m.Name).Order(StringComparer.Ordinal));
        Assert.All(known, m => Assert.Equal(QualityMetrics.HigherIsBetter(m.Name), m.MoreIsBetter));
    }
}
