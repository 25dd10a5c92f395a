using System.Text.Json;
using Slipway.Statistics.Drift;

namespace Slipway.Core.Tests.Statistics.Drift;

/// <summary>One column of <c>drift.json</c>, with what numpy and scipy say of it.</summary>
internal sealed record DriftCase
{
    private static readonly Reference Known = JsonSerializer.Deserialize<Reference>(
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Statistics", "Data", "drift.json")), SlipwayJson.Options)!;

    public required string Name { get; init; }
    public double?[]? Baseline { get; init; }
    public double?[]? Current { get; init; }
    public string?[]? BaselineTexts { get; init; }
    public string?[]? CurrentTexts { get; init; }
    public required BinKind Kind { get; init; }
    public double[]? Numbers { get; init; }
    public string[]? Categories { get; init; }
    public required long[] BaselineCounts { get; init; }
    public required long[] CurrentCounts { get; init; }
    public double Psi { get; init; }
    public double Kl { get; init; }
    public double Js { get; init; }
    public double Hellinger { get; init; }
    public double Tv { get; init; }
    public double Linf { get; init; }
    public double Chi2 { get; init; }
    public double Chi2P { get; init; }
    public double CramersV { get; init; }
    public double[] Means { get; init; } = [];
    public double Ks { get; init; }
    public double KsP { get; init; }
    public double Wasserstein { get; init; }
    public double? WassersteinSd { get; init; }

    public static IReadOnlyList<DriftCase> All => Known.Columns;

    public static IReadOnlyList<double[]> Chi2Tail => Known.Chi2;

    public static IReadOnlyList<double[]> KolmogorovTail => Known.Kolmogorov;

    public static double[] Values(double?[] values) => Array.ConvertAll(values, v => v ?? double.NaN);

    public ColumnBins Bins() => Kind == BinKind.Categories ? ColumnBins.OfTexts(BaselineTexts!) : ColumnBins.OfNumbers(Values(Baseline!));

    public ColumnCounts Counted(ColumnBins bins, bool current)
    {
        var counts = new ColumnCounts(bins);
        if (Kind == BinKind.Categories)
        {
            foreach (var text in (current ? CurrentTexts : BaselineTexts)!)
            {
                counts.Add(text);
            }
        }
        else
        {
            counts.AddRange(Values((current ? Current : Baseline)!));
        }

        return counts;
    }

    private sealed record Reference(DriftCase[] Columns, double[][] Chi2, double[][] Kolmogorov);
}
