using System.Text.Json;
using Slipway.Statistics;
using Slipway.Statistics.Drift;

namespace Slipway.Core.Tests.Statistics.Drift;

public sealed class DriftTestTests
{
    private static readonly DriftLimits Limits = new();

    [Fact]
    public void Without_drift_small_samples_pass_the_limit_of_effect_by_chance_but_are_not_called_drift()
    {
        var random = new SeededRandom(7);
        var (passed, drifted) = (0, 0);
        for (var i = 0; i < 400; i++)
        {
            var drift = OfNumbers(Normal(random, 100, 0), Normal(random, 100, 0));
            passed += drift.Psi > Limits.Psi ? 1 : 0;
            drifted += drift.Verdict == DriftVerdict.Drift ? 1 : 0;
            Assert.NotEqual(DriftVerdict.Ok, drift.Verdict);
        }

        Assert.InRange(passed, 40, 140);
        Assert.Equal(0, drifted);
    }

    [Fact]
    public void With_rows_enough_a_shift_is_drift_and_none_is_ok()
    {
        var random = new SeededRandom(8);
        var baseline = Normal(random, 2000, 0);

        Assert.Equal(DriftVerdict.Ok, OfNumbers(baseline, Normal(random, 2000, 0)).Verdict);
        Assert.Equal(DriftVerdict.Drift, OfNumbers(baseline, Normal(random, 2000, 0.8)).Verdict);
    }

    [Fact]
    public void A_small_shift_of_many_rows_is_proven_and_still_no_drift()
    {
        var random = new SeededRandom(9);
        var drift = OfNumbers(Normal(random, 60_000, 0), Normal(random, 60_000, 0.1));

        Assert.True(drift.Chi2P < 1e-6);
        Assert.Equal(DriftVerdict.Ok, drift.Verdict);
    }

    [Fact]
    public void The_rows_needed_follow_from_bins_and_limits()
    {
        var drift = OfNumbers(Normal(new SeededRandom(1), 400, 0), Normal(new SeededRandom(2), 400, 0));

        // (9 + 3√18)/0.25 = 86.9 for PSI; half of it over 0.1 for KL.
        Assert.Equal(10, drift.Bins);
        Assert.Equal((9 + (3 * Math.Sqrt(18))) / 2 / 0.1, drift.RequiredRows, 1e-9);
        Assert.Equal(200, drift.EffectiveRows);
    }

    [Fact]
    public void Neighbours_that_are_alike_count_for_fewer_rows()
    {
        var random = new SeededRandom(3);
        var (baseline, current) = (Walk(random, 400), Walk(random, 400));
        var bins = ColumnBins.OfNumbers(baseline);

        var shuffled = DriftTest.Compare("temp", Count(bins, baseline), Count(bins, current), Limits, ordered: false);
        var ordered = DriftTest.Compare("temp", Count(bins, baseline), Count(bins, current), Limits, ordered: true);

        Assert.Equal(DriftVerdict.Drift, shuffled.Verdict);
        Assert.Equal(DriftVerdict.InsufficientData, ordered.Verdict);
        Assert.Equal(shuffled.Chi2!.Value / (shuffled.EffectiveRows / ordered.EffectiveRows), ordered.Chi2!.Value, 1e-9);
        Assert.Equal(shuffled.Psi, ordered.Psi);
        Assert.Equal(shuffled.CramersV, ordered.CramersV);
    }

    [Fact]
    public void An_effect_that_chance_cannot_make_of_so_few_rows_is_a_drift_all_the_same_where_rows_are_ordered()
    {
        var random = new SeededRandom(3);
        var (baseline, current) = (Walk(random, 2000), Walk(random, 400));
        var bins = ColumnBins.OfNumbers(baseline);
        var far = Array.ConvertAll(current, value => value + 10);

        var drift = DriftTest.Compare("temp", Count(bins, baseline), Count(bins, far), Limits, ordered: true);

        Assert.True(drift.EffectiveRows < drift.RequiredRows);
        Assert.Equal(DriftVerdict.Drift, drift.Verdict);
    }

    [Fact]
    public void Two_working_days_are_no_drift_of_the_week()
    {
        double[] weeks = [.. Enumerable.Range(0, 20 * 7 * 24).Select(hour => hour / 24 % 7 < 5 ? 1.0 : 0.0)];
        var bins = ColumnBins.OfNumbers(weeks);

        var drift = DriftTest.Compare("workingday", Count(bins, weeks), Count(bins, weeks[..48]), Limits, ordered: true);

        Assert.Equal(DriftVerdict.InsufficientData, drift.Verdict);
    }

    [Fact]
    public void Among_many_columns_weak_evidence_of_one_is_not_enough()
    {
        // Alone p = 0.03 rejects at 0.05; as the smallest of twenty it must be below 0.0025.
        var weak = Column("weak", psi: 0.3, p: 0.03);
        var others = Enumerable.Range(0, 19).Select(i => Column($"c{i}", psi: 0.01, p: 0.5)).ToArray();

        Assert.Equal(DriftVerdict.Drift, DriftTest.Judge([weak], Limits).Verdict);
        Assert.Equal(DriftVerdict.Ok, DriftTest.Judge([weak, .. others], Limits).Verdict);
        Assert.Equal(DriftVerdict.Drift, DriftTest.Judge([weak with { Chi2P = 0.002 }, .. others], Limits).Verdict);
    }

    [Fact]
    public void Benjamini_and_hochberg_reject_up_to_the_last_step_that_holds()
    {
        Assert.Equal(0.03, BenjaminiHochberg.Threshold([0.9, 0.01, 0.03, 0.028], 0.05));
        Assert.True(BenjaminiHochberg.Threshold([0.9, 0.04], 0.05) < 0);
        Assert.True(BenjaminiHochberg.Threshold([], 0.05) < 0);
    }

    [Fact]
    public void A_dataset_drifts_with_one_column_and_is_unknown_only_when_all_are()
    {
        var few = Column("few", psi: 0.9, p: 1e-9) with { EffectiveRows = 20 };
        var drifted = DriftTest.Judge([few, Column("moved", psi: 0.9, p: 1e-9), Column("calm", psi: 0, p: 1), Column("calm too", psi: 0, p: 1)], Limits);

        Assert.Equal((DriftVerdict.Drift, 1, 0.25), (drifted.Verdict, drifted.Drifted, drifted.Share));
        Assert.Equal([DriftVerdict.InsufficientData, DriftVerdict.Drift, DriftVerdict.Ok, DriftVerdict.Ok], drifted.Columns.Select(c => c.Verdict));
        Assert.Equal(DriftVerdict.Ok, DriftTest.Judge([few, Column("calm", psi: 0, p: 1)], Limits).Verdict);
        Assert.Equal(DriftVerdict.InsufficientData, DriftTest.Judge([few], Limits).Verdict);
        Assert.Equal(DriftVerdict.InsufficientData, DriftTest.Judge([], Limits).Verdict);
    }

    [Fact]
    public void A_column_of_numbers_that_goes_missing_drifts()
    {
        var random = new SeededRandom(5);
        var baseline = Normal(random, 500, 0);
        var half = Normal(random, 500, 0).Select((v, i) => i % 2 == 0 ? v : double.NaN).ToArray();
        var none = Enumerable.Repeat(double.NaN, 500).ToArray();

        var drift = OfNumbers(baseline, half);
        Assert.Equal((DriftVerdict.Drift, true, 0.0, 0.5), (drift.Verdict, drift.MissingDrifted, drift.MissingBaseline, drift.MissingCurrent));
        Assert.Equal(DriftVerdict.Drift, OfNumbers(baseline, none).Verdict);
        Assert.Equal(DriftVerdict.InsufficientData, OfNumbers(none, none).Verdict);
        Assert.Null(OfNumbers(baseline, none).Psi);
    }

    [Fact]
    public void Text_that_is_missing_on_both_sides_cannot_be_judged()
    {
        var bins = ColumnBins.OfTexts([null, null]);
        var counts = new ColumnCounts(bins);
        counts.Add(null, 500);
        var drift = DriftTest.Compare("note", counts, counts, Limits, ordered: false);

        Assert.Equal(DriftVerdict.InsufficientData, drift.Verdict);
        Assert.Null(drift.Psi);
    }

    [Fact]
    public void A_constant_that_stays_is_ok_and_one_that_changes_is_drift()
    {
        var seven = Enumerable.Repeat(7.0, 100).ToArray();

        var same = OfNumbers(seven, seven);
        Assert.Equal((DriftVerdict.Ok, 1.0, 1), (same.Verdict, same.Chi2P, same.Bins));
        Assert.Equal(DriftVerdict.Drift, OfNumbers(seven, [.. Enumerable.Repeat(8.0, 100)]).Verdict);
        Assert.Equal(DriftVerdict.InsufficientData, OfNumbers(seven, [7, 7, 7]).Verdict);
    }

    [Fact]
    public void Unseen_categories_are_a_share_of_their_own_where_bins_can_tell()
    {
        var bins = ColumnBins.OfTexts(["a", "b"]);
        var ids = ColumnBins.OfTexts(Enumerable.Range(0, 201).Select(i => $"{i}"));

        Assert.Equal(0.5, DriftTest.Compare("c", new ColumnCounts(bins), Texts(bins, "a", "new"), Limits, ordered: false).Unseen);
        Assert.Null(DriftTest.Compare("c", new ColumnCounts(ids), Texts(ids, "a"), Limits, ordered: false).Unseen);
        Assert.Null(OfNumbers(Normal(new SeededRandom(1), 50, 0), [3]).Unseen);
    }

    [Fact]
    public void Json_has_the_fields_names_and_no_nulls()
    {
        var json = JsonSerializer.Serialize(Column("temp", psi: 0.5, p: 0.01) with { Verdict = DriftVerdict.InsufficientData }, SlipwayJson.Options);

        Assert.Contains("\"chi2_p\":0.01", json, StringComparison.Ordinal);
        Assert.Contains("\"verdict\":\"insufficient data\"", json, StringComparison.Ordinal);
        Assert.DoesNotContain("null", json, StringComparison.Ordinal);
        Assert.Equal(DriftVerdict.InsufficientData, JsonSerializer.Deserialize<ColumnDrift>(json, SlipwayJson.Options)!.Verdict);
    }

    [Fact]
    public void Limits_out_of_range_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new DriftLimits(Psi: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new DriftLimits(Kl: double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => new DriftLimits(Level: 1));
    }

    private static ColumnDrift Column(string name, double psi, double p) => new()
    {
        Column = name,
        N = 1000,
        M = 1000,
        Psi = psi,
        Kl = psi / 4,
        Chi2P = p,
        Bins = 10,
        EffectiveRows = 500,
    };

    private static ColumnDrift OfNumbers(double[] baseline, double[] current)
    {
        var bins = ColumnBins.OfNumbers(baseline);
        return DriftTest.Compare("temp", Count(bins, baseline), Count(bins, current), Limits, ordered: false);
    }

    private static ColumnCounts Count(ColumnBins bins, double[] values)
    {
        var counts = new ColumnCounts(bins);
        counts.AddRange(values);
        return counts;
    }

    private static ColumnCounts Texts(ColumnBins bins, params string[] values)
    {
        var counts = new ColumnCounts(bins);
        foreach (var value in values)
        {
            counts.Add(value);
        }

        return counts;
    }

    private static double[] Normal(SeededRandom random, int rows, double mean)
    {
        var values = new double[rows];
        for (var i = 0; i < rows; i++)
        {
            values[i] = mean + (Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
        }

        return values;
    }

    private static double[] Walk(SeededRandom random, int rows)
    {
        var steps = Normal(random, rows, 0);
        for (var i = 1; i < rows; i++)
        {
            steps[i] = (0.98 * steps[i - 1]) + (0.2 * steps[i]);
        }

        return steps;
    }
}
