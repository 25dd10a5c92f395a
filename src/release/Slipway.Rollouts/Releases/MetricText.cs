using System.Globalization;
using Slipway.Core.Projects;
using Slipway.Core.Units;

namespace Slipway.Rollouts.Releases;

/// <summary>Turns a mean loss (0 … 1) back into the metric that people know.</summary>
public static class MetricText
{
    /// <summary>The metric's value with its unit: a share for <c>accuracy</c> and <c>error_rate</c>, else a number in the metric's range; a dash without units.</summary>
    public static string Value(Guardrail guardrail, double? loss) => (guardrail.Metric, loss) switch
    {
        (_, null) => "-",
        ("accuracy", { } y) => Percent.Format(1 - y, 2),
        ("error_rate", { } y) => Percent.Format(y, 2),
        (_, { } y) => (guardrail.Low + (y * (guardrail.High - guardrail.Low))).ToString("0.###", CultureInfo.InvariantCulture),
    };
}
