using System.Globalization;
using Slipway.Mlflow;

namespace Slipway.Tracking.Traces.Figures;

/// <summary>What is made of many values.</summary>
/// <param name="Type">How.</param>
/// <param name="Percentile">Which percentile, from 0 to 100, where <paramref name="Type"/> is one.</param>
internal sealed record Aggregation(AggregationType Type, double Percentile)
{
    /// <summary>The name of its value in an answer: <c>AVG</c>, <c>P50.0</c>.</summary>
    public string Name => Type == AggregationType.Percentile
        ? "P" + Percentile.ToString(Math.Floor(Percentile) == Percentile ? "0.0" : "R", CultureInfo.InvariantCulture)
        : MlflowFields.NameOf(Type);

    public static Aggregation Read(MlflowFields fields)
    {
        var type = fields.Choice<AggregationType>("aggregation_type") ?? throw fields.Missing("aggregation_type");
        if (type != AggregationType.Percentile)
        {
            return new Aggregation(type, 0);
        }

        var percentile = fields.RequiredNumber("percentile_value");
        return percentile is >= 0 and <= 100
            ? new Aggregation(type, percentile)
            : throw fields.Invalid("percentile_value", percentile.ToString(CultureInfo.InvariantCulture), "It is from 0 to 100.");
    }
}

/// <summary>How values are put together, with MLflow's numbers.</summary>
internal enum AggregationType
{
    Count = 1,
    Sum = 2,
    Avg = 3,
    Percentile = 4,
    Min = 5,
    Max = 6,
}

/// <summary>What is counted and measured, with MLflow's numbers.</summary>
internal enum MetricViewType
{
    Traces = 1,
    Spans = 2,
    Assessments = 3,
}
