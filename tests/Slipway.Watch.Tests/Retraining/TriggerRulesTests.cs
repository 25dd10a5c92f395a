using Slipway.Core.Projects;
using Slipway.Monitoring.Alerts;
using Slipway.Retraining.Triggers;

namespace Slipway.Watch.Tests.Retraining;

/// <summary>When a project is trained again: the decision alone, in event time.</summary>
public sealed class TriggerRulesTests
{
    private const string Live = "line@1.0.0";
    private const string Next = "line@1.0.1";

    // A Monday.
    private static readonly DateTimeOffset Start = new(2011, 7, 4, 0, 0, 0, TimeSpan.Zero);

    private readonly Timeline _line = new();

    [Fact]
    public void An_alert_about_the_live_version_fires_at_once_and_only_once()
    {
        var when = new RetrainSection { Performance = true };
        _line.At(Start).Alert(when, "performance", Live, "rmse 131 is worse than 92.");

        Assert.Equal(["performance"], _line.Decide(when, Live));
        Assert.Null(_line.Decide(when, Live));
        _line.Firing.Clear();
        Assert.Null(_line.At(Start.AddDays(30)).Decide(when, Live));
    }

    [Fact]
    public void The_news_of_an_alert_that_a_retraining_has_counted_already_is_no_new_condition()
    {
        var when = new RetrainSection { Drift = true };
        _line.At(Start).Seen("drift", Live);
        Assert.Equal(["drift"], _line.Decide(when, Live));

        _line.Alert(when, "drift", Live);
        _line.Firing.Clear();
        Assert.Null(_line.At(Start.AddDays(9)).Decide(when, Live));
    }

    [Fact]
    public void What_the_project_does_not_ask_for_starts_nothing()
    {
        var when = new RetrainSection { Drift = true };
        _line.At(Start).Alert(when, "performance", Live).Alert(when, "latency", Live).Alert(when, "errors", Live);

        Assert.Null(_line.Decide(when, Live));
    }

    [Fact]
    public void In_the_cooldown_a_condition_stays_due_and_fires_after_it()
    {
        var when = new RetrainSection { Drift = true, Performance = true, Cooldown = TimeSpan.FromDays(7) };
        _line.At(Start).Alert(when, "drift", Live);
        Assert.NotNull(_line.Decide(when, Live));

        _line.Firing.Clear();
        _line.At(Start.AddDays(1)).Alert(when, "performance", Live);
        Assert.Null(_line.Decide(when, Live));
        Assert.Null(_line.At(Start.AddDays(7).AddTicks(-1)).Decide(when, Live));
        Assert.Equal(["performance"], _line.At(Start.AddDays(7)).Decide(when, Live));
    }

    [Fact]
    public void While_a_run_or_a_rollout_is_under_way_a_condition_stays_due()
    {
        var when = new RetrainSection { Drift = true };
        _line.At(Start).Alert(when, "drift", Live);

        Assert.Null(_line.Decide(when, Live, busy: true));
        Assert.Equal(["drift"], _line.At(Start.AddHours(5)).Decide(when, Live));
    }

    [Fact]
    public void A_breach_of_a_version_that_is_no_longer_live_is_over()
    {
        var when = new RetrainSection { Drift = true };
        _line.At(Start).Alert(when, "drift", Live);
        Assert.Null(_line.Decide(when, Live, busy: true));

        Assert.Null(_line.At(Start.AddHours(5)).Decide(when, Next));
    }

    [Fact]
    public void A_breach_that_a_retraining_did_not_mend_counts_again_after_the_cooldown()
    {
        var when = new RetrainSection { Performance = true, Cooldown = TimeSpan.FromDays(2) };
        _line.At(Start).Alert(when, "performance", Live);
        Assert.NotNull(_line.Decide(when, Live));

        // The new version was not better, so the old one is still live and its alert, which fired once, still there.
        Assert.Null(_line.At(Start.AddDays(1)).Decide(when, Live));
        Assert.Equal(["performance"], _line.At(Start.AddDays(2)).Decide(when, Live));
        Assert.Null(_line.Decide(when, Live));
    }

    [Fact]
    public void A_breach_that_the_new_version_mended_does_not_count_again()
    {
        var when = new RetrainSection { Performance = true, Cooldown = TimeSpan.FromDays(2) };
        _line.At(Start).Alert(when, "performance", Live);
        Assert.NotNull(_line.Decide(when, Live));

        // Nobody has resolved the old version's alert.
        Assert.Null(_line.At(Start.AddDays(2)).Decide(when, Next));
        Assert.Null(_line.At(Start.AddDays(9)).Decide(when, Next));
        _line.Alert(when, "performance", Next);
        Assert.Equal(["performance"], _line.Decide(when, Next));
    }

    [Fact]
    public void All_conditions_may_come_true_one_after_the_other()
    {
        var when = new RetrainSection { All = true, Drift = true, NewLabels = 100 };
        _line.At(Start).Decide(when, Live, labels: 50);
        _line.Alert(when, "drift", Live);
        Assert.Null(_line.Decide(when, Live, labels: 149));

        _line.Firing.Clear();
        Assert.Equal(["drift", "newLabels"], _line.At(Start.AddDays(3)).Decide(when, Live, labels: 150));
        Assert.Null(_line.At(Start.AddDays(9)).Decide(when, Live, labels: 300));
    }

    [Fact]
    public void New_labels_are_counted_from_the_last_training()
    {
        var when = new RetrainSection { NewLabels = 100, Cooldown = TimeSpan.Zero };
        _line.At(Start);
        Assert.Null(_line.Decide(when, Live, labels: 5000));
        Assert.Null(_line.Decide(when, Live, labels: 5099));
        Assert.Equal(["newLabels"], _line.Decide(when, Live, labels: 5120));
        Assert.Null(_line.Decide(when, Live, labels: 5219));
        Assert.Equal(["newLabels"], _line.Decide(when, Live, labels: 5220));
    }

    [Fact]
    public void A_schedule_fires_when_event_time_passes_it()
    {
        var when = new RetrainSection { Schedule = "0 2 * * MON" };
        Assert.Null(_line.At(Start).Decide(when, Live));
        Assert.Null(_line.At(Start.AddHours(2).AddTicks(-1)).Decide(when, Live));
        Assert.Equal(["schedule"], _line.At(Start.AddHours(2)).Decide(when, Live));
        Assert.Null(_line.At(Start.AddDays(6)).Decide(when, Live));
        Assert.Equal(["schedule"], _line.At(Start.AddDays(7).AddHours(2)).Decide(when, Live));
        Assert.Equal("0 2 * * MON was due at 2011-07-11 02:00 (UTC).", _line.Fired![0].Sentence);
    }

    [Fact]
    public void A_schedule_that_was_missed_several_times_fires_once()
    {
        var when = new RetrainSection { Schedule = "0 2 * * *", Cooldown = TimeSpan.Zero };
        _line.At(Start).Decide(when, Live);

        Assert.Equal(["schedule"], _line.At(Start.AddDays(10)).Decide(when, Live));
        Assert.Null(_line.At(Start.AddDays(10).AddHours(1)).Decide(when, Live));
        Assert.Equal(["schedule"], _line.At(Start.AddDays(11).AddHours(2)).Decide(when, Live));
    }

    [Fact]
    public void A_schedule_that_is_changed_counts_from_then_and_one_that_never_comes_does_nothing()
    {
        _line.At(Start).Decide(new RetrainSection { Schedule = "0 2 * * *" }, Live);

        Assert.Null(_line.At(Start.AddDays(10)).Decide(new RetrainSection { Schedule = "0 3 * * *" }, Live));
        Assert.Equal(["schedule"], _line.At(Start.AddDays(10).AddHours(3)).Decide(new RetrainSection { Schedule = "0 3 * * *" }, Live));
        _line.Decide(new RetrainSection { Schedule = "0 0 30 2 *" }, Live);
        Assert.Null(_line.At(Start.AddYears(9)).Decide(new RetrainSection { Schedule = "0 0 30 2 *" }, Live));
    }

    [Fact]
    public void A_clock_that_goes_back_a_little_fires_nothing_twice()
    {
        var when = new RetrainSection { Schedule = "0 2 * * *", Cooldown = TimeSpan.FromHours(1) };
        _line.At(Start).Decide(when, Live);
        Assert.NotNull(_line.At(Start.AddHours(2).AddSeconds(5)).Decide(when, Live));

        Assert.Null(_line.At(Start.AddHours(1).AddMinutes(59)).Decide(when, Live));
        Assert.Null(_line.At(Start.AddHours(2)).Decide(when, Live));
        Assert.Null(_line.At(Start.AddHours(20)).Decide(when, Live));
        Assert.NotNull(_line.At(Start.AddHours(26)).Decide(when, Live));
    }

    [Fact]
    public void A_clock_that_was_years_ahead_does_not_end_retraining()
    {
        var when = new RetrainSection { Schedule = "0 2 * * *", Drift = true, Cooldown = TimeSpan.FromDays(1) };
        _line.At(Start).Decide(when, Live);
        Assert.NotNull(_line.At(Start.AddYears(50)).Decide(when, Live));

        _line.At(Start.AddDays(1)).Alert(when, "drift", Live);
        Assert.Null(_line.Decide(when, Live));
        Assert.Equal(["drift", "schedule"], _line.At(Start.AddDays(2).AddHours(2)).Decide(when, Live)!.Order());
    }

    [Fact]
    public void A_condition_that_is_taken_out_of_the_file_is_forgotten()
    {
        var when = new RetrainSection { Drift = true };
        _line.At(Start).Alert(when, "drift", Live);

        Assert.Null(_line.Decide(new RetrainSection { Performance = true }, Live));
        _line.Firing.Clear();
        Assert.Null(_line.Decide(when, Live));
    }

    /// <summary>A project's state as decisions carry it on.</summary>
    private sealed class Timeline
    {
        private TriggerState _state = new();
        private DateTimeOffset _now;

        public List<AlertState> Firing { get; } = [];

        public IReadOnlyList<MetCondition>? Fired { get; private set; }

        public Timeline At(DateTimeOffset now)
        {
            _now = now;
            return this;
        }

        /// <summary>An alert that fires, and whose news has not come yet.</summary>
        public void Seen(string monitor, string version, string sentence = "It is worse.") =>
            Firing.Add(new AlertState("a", "lines", monitor, "y", "", version, Firing: true, _now, null, sentence, []));

        public Timeline Alert(RetrainSection when, string monitor, string version, string sentence = "It is worse.")
        {
            Seen(monitor, version, sentence);
            _state = TriggerRules.Take(when, _state, monitor, version, _now, sentence, []);
            return this;
        }

        public IEnumerable<string>? Decide(RetrainSection when, string stable, long? labels = null, bool busy = false)
        {
            var facts = new TriggerFacts(_now, stable, labels, busy);
            var state = TriggerRules.WantsReview(when, _state, facts) ? TriggerRules.Review(when, _state, stable, Firing) : _state;
            var decision = TriggerRules.Decide(when, state, facts);
            _state = decision.After;
            Fired = decision.Fire;
            return decision.Fire?.Select(met => met.Condition);
        }
    }
}
