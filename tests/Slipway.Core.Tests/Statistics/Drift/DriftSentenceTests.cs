using Slipway.Statistics.Drift;

namespace Slipway.Core.Tests.Statistics.Drift;

public sealed class DriftSentenceTests
{
    private static readonly ColumnDrift Temp = new()
    {
        Column = "temp",
        N = 5000,
        M = 2160,
        Psi = 0.41,
        Kl = 0.2,
        Chi2P = 1e-9,
        EffectiveRows = 1508,
        RequiredRows = 108.6,
        MeanBaseline = 0.33,
        MeanCurrent = 0.61,
        Moved = new BinShift("0.6 to 0.7", 0.1, 0.35),
        Verdict = DriftVerdict.Drift,
    };

    [Fact]
    public void Numbers_name_their_mean() =>
        AssertSays("temp drifted: PSI 0.41, 2 160 rows against 5 000; mean 0.33 → 0.61", Temp);

    [Fact]
    public void A_mean_that_stayed_says_nothing_so_the_bin_is_named() =>
        AssertSays("temp drifted: PSI 0.41, 2 160 rows against 5 000; 0.6 to 0.7 10 % → 35 %", Temp with { MeanCurrent = 0.33 });

    [Fact]
    public void Text_names_the_category_that_moved_most() =>
        AssertSays(
            "city drifted: PSI 0.41, 2 160 rows against 5 000; Oslo 12 % → 45.5 %",
            Temp with { Column = "city", MeanBaseline = null, MeanCurrent = null, Moved = new BinShift("Oslo", 0.12, 0.455) });

    [Fact]
    public void The_effect_that_passed_is_named() =>
        AssertSays("temp drifted: KL 0.12, 2 160 rows against 5 000; mean 0.33 → 0.61", Temp with { Psi = 0.24, Kl = 0.12 });

    [Fact]
    public void Missing_values_are_named()
    {
        var missing = Temp with { Psi = 0.01, Kl = 0.01, MissingDrifted = true, MissingCurrent = 0.23 };

        AssertSays("temp drifted: missing 0 % → 23 %, 2 160 rows against 5 000", missing);
        AssertSays("temp drifted: PSI 0.41, 2 160 rows against 5 000; mean 0.33 → 0.61; missing 0 % → 23 %", missing with { Psi = 0.41 });
    }

    [Fact]
    public void What_did_not_drift_is_said_with_its_effect()
    {
        AssertSays("temp is like the baseline: PSI 0.02, 2 160 rows against 5 000", Temp with { Psi = 0.02, Kl = 0.01, Verdict = DriftVerdict.Ok });
        AssertSays(
            "temp is not proven to drift: PSI 0.41, 2 160 rows against 5 000, but chance explains it (p 0.2)", Temp with { Chi2P = 0.2, Verdict = DriftVerdict.Ok });
    }

    [Fact]
    public void Too_little_data_says_how_much_is_needed()
    {
        var few = Temp with { M = 40, EffectiveRows = 39.7, Verdict = DriftVerdict.InsufficientData };

        AssertSays("temp cannot be judged: 40 rows against 5 000 are worth 39 in a comparison, and 109 are needed", few);
        AssertSays("temp cannot be judged: there are no rows (5 000 in the baseline)", few with { M = 0, Psi = null });
        AssertSays("temp cannot be judged: there is no value in 40 rows", few with { Psi = null, MissingCurrent = 1 });
        AssertSays("temp cannot be judged: the baseline has no value in 5 000 rows", few with { Psi = null, MissingBaseline = 1 });
    }

    private static void AssertSays(string expected, ColumnDrift drift) => Assert.Equal(expected, DriftSentence.Of(drift).Replace('\u00A0', ' '));
}
