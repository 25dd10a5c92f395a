using Slipway.Statistics.Distributions;
using Slipway.Statistics.Drift;

namespace Slipway.Core.Tests.Statistics.Drift;

public sealed class DriftReferenceTests
{
    public static TheoryData<string> Names => [.. DriftCase.All.Select(c => c.Name)];

    public static TheoryData<string> NamesOfNumbers => [.. DriftCase.All.Where(c => c.Kind != BinKind.Categories).Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Bins_and_counts_are_those_of_numpy(string name)
    {
        var expected = Case(name);
        var bins = expected.Bins();

        Assert.Equal(expected.Kind, bins.Kind);
        Assert.Equal(expected.Numbers, bins.Numbers);
        Assert.Equal(expected.Categories, bins.Categories);
        Assert.Equal(expected.BaselineCounts, expected.Counted(bins, current: false).Counts.ToArray());
        Assert.Equal(expected.CurrentCounts, expected.Counted(bins, current: true).Counts.ToArray());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_effect_and_the_chi_squared_test_agree_with_scipy(string name)
    {
        var expected = Case(name);
        var bins = expected.Bins();

        var drift = DriftTest.Compare(name, expected.Counted(bins, current: false), expected.Counted(bins, current: true), new DriftLimits(), ordered: false);

        AssertClose(expected.Psi, drift.Psi);
        AssertClose(expected.Kl, drift.Kl);
        AssertClose(expected.Js, drift.Js);
        AssertClose(expected.Hellinger, drift.Hellinger);
        AssertClose(expected.Tv, drift.Tv);
        AssertClose(expected.Linf, drift.Linf);
        AssertClose(expected.Chi2, drift.Chi2);
        AssertClose(expected.Chi2P, drift.Chi2P);
        AssertClose(expected.CramersV, drift.CramersV);
        if (expected.Means is [var before, var now])
        {
            AssertClose(before, drift.MeanBaseline);
            AssertClose(now, drift.MeanCurrent);
        }
    }

    [Theory]
    [MemberData(nameof(NamesOfNumbers))]
    public void Distances_of_raw_samples_agree_with_scipy(string name)
    {
        var expected = Case(name);
        var (first, second) = (SortedSample.Of(DriftCase.Values(expected.Baseline!)), SortedSample.Of(DriftCase.Values(expected.Current!)));

        var counts = expected.Counted(expected.Bins(), current: false);

        var drift = DriftTest.WithSamples(new ColumnDrift { Column = name, N = 1, M = 1 }, first, second, counts.StandardDeviation);

        AssertClose(expected.Ks, drift.Ks);
        AssertClose(expected.KsP, drift.KsP);
        AssertClose(expected.Wasserstein, drift.Wasserstein);
        Assert.Equal(expected.WassersteinSd is null, drift.WassersteinSd is null);
        AssertClose(expected.WassersteinSd ?? 0, drift.WassersteinSd ?? 0);
    }

    [Fact]
    public void The_tail_of_chi_squared_is_that_of_scipy_down_to_the_smallest_probabilities() =>
        Assert.All(DriftCase.Chi2Tail, row => AssertClose(row[2], ChiSquared.Survival(row[0], row[1]), relative: 1e-9));

    [Fact]
    public void The_tail_of_kolmogorov_is_that_of_scipy() =>
        Assert.All(DriftCase.KolmogorovTail, row => AssertClose(row[1], Kolmogorov.Survival(row[0]), relative: 1e-9));

    [Fact]
    public void At_nothing_the_tails_are_whole() =>
        Assert.Equal((1, 1, 0), (ChiSquared.Survival(0, 3), Kolmogorov.Survival(0), ChiSquared.Survival(double.PositiveInfinity, 3)));

    private static DriftCase Case(string name) => DriftCase.All.Single(c => c.Name == name);

    private static void AssertClose(double expected, double? actual, double relative = 1e-9)
    {
        Assert.NotNull(actual);
        Assert.True(Math.Abs(expected - actual.Value) <= Math.Max(relative * Math.Abs(expected), 1e-300) + (expected == 0 ? 1e-12 : 0), $"{expected:R} was expected, {actual:R} found.");
    }
}
