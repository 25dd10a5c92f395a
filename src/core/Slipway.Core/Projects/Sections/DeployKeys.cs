using Slipway.Core.Projects.Shapes;
using Slipway.Core.Projects.Yaml;

namespace Slipway.Core.Projects.Sections;

/// <summary>The section <c>deploy</c>.</summary>
internal static class DeployKeys
{
    public const string Immediate = "immediate";

    public const string Canary = "canary";

    public const string BlueGreen = "blue-green";

    private const string ErrorRate = "error_rate";
    private const string Accuracy = "accuracy";
    private const string AbsoluteError = "absolute_error";

    public static readonly Key<string> Name = new("name", "The deployment that callers use; the model's name unless given.", Values.Name("deployment"));

    public static readonly Key<ApprovalPolicy> Approval = new(
        "approval", "auto approves what passed its gates; required waits for a person; a section says what is needed. auto unless given.", ApprovalKeys.Shape);

    public static readonly Key<string> Strategy = new("strategy", "How a new version takes over; immediate unless given.", Strategies);

    public static readonly Key<double> StepShadow = new("shadow", "The share of requests that the candidate scores without answering.", Values.Share(1, 100), available: false);

    public static readonly Key<double> StepCanary = new(
        "canary", "The share of requests that the candidate answers; the step to 100% follows by itself.", Values.Share(0, 100, open: true));

    public static readonly Key<TimeSpan> StepFor = new("for", "How long at most.", Values.Time(TimeSpan.FromSeconds(1), TimeSpan.FromDays(365)), required: true);

    public static readonly Key<double> StepProvable = new("provable", "The largest relative harm that the step may be unable to prove.", Values.Share(0, 10_000), available: false);

    public static readonly MapShape Step = new([StepShadow, StepCanary, StepFor, StepProvable], check: CheckStep);

    public static readonly Key<IReadOnlyList<ReadMap>> Steps = new("steps", "Shadow and canary steps, in order.",
        new ListShape<ReadMap>("steps", Step, atMost: 20) { Example = "- { canary: 25%, for: 30 d }" });

    public static readonly Key<string> Advance = new(
        "advance", "What a step needs to pass: no-harm (no harm is proven) or safe (safety is proven).", new ChoiceShape(new Choice("no-harm"), new Choice("safe")));

    public static readonly Key<double> Alpha = new("alpha", "The probability of a wrong verdict; 0.05 unless given.", Values.Number(0, 0.5));

    public static readonly Key<string> GuardrailMetric = new("metric", "error_rate, latency_p50, latency_p95, latency_p99, accuracy, absolute_error, or a business metric's name.",
        Values.Matching("a metric's name, such as error_rate or latency_p95", "^[a-z][a-z0-9_]{0,63}$", IsMetricName), required: true);

    public static readonly Key<Margin> GuardrailMargin = new(
        "margin", "How much worse is still good: % of the stable version's value, pp of the range or rate.", Values.Margin(), required: true);

    public static readonly Key<IReadOnlyList<ParsedNumber>> GuardrailRange = new("range", "Lowest and highest value; what lies outside is clipped.",
        new ListShape<ParsedNumber>("numbers, lowest and highest", Values.AnyNumber(), 2, 2) { Example = "[0, 500]" });

    public static readonly MapShape Guardrail = new([GuardrailMetric, GuardrailMargin, GuardrailRange], check: CheckGuardrail);

    public static readonly Key<IReadOnlyList<ReadMap>> Guardrails = new("guardrails", "What the candidate must not make worse.",
        new ListShape<ReadMap>("guardrails", Guardrail, atMost: 20) { Example = "- { metric: error_rate, margin: 0.5 pp }" });

    public static readonly Key<IReadOnlyList<string>> Segments = new("segments", "Columns whose values are judged apart.", DataKeys.Columns);

    public static readonly Key<string> Inconclusive = new("inconclusive", "What happens at a step's end without a verdict.", new ChoiceShape(
        new Choice("hold"), new Choice("extend"), new Choice("rollback")));

    public static readonly MapShape Shape = new([Name, Approval, Strategy, Steps, Advance, Alpha, Guardrails, Segments, Inconclusive], check: Check);

    private static readonly string[] PlainMetrics = [ErrorRate, "latency_p50", "latency_p95", "latency_p99", Accuracy];

    private static ChoiceShape Strategies => new(
        new Choice(Immediate), new Choice(Canary), new Choice(BlueGreen), new Choice("shadow", Available: false));

    // A canary without steps: small enough that a gross mistake hurts few, large enough at the end that safety can be proven.
    private static IReadOnlyList<CanaryStep> UsualSteps =>
        [new(0.05, TimeSpan.FromDays(1)), new(0.25, TimeSpan.FromDays(1)), new(0.5, TimeSpan.FromDays(2))];

    public static DeploySection Build(ReadMap? map, string model) => map is null ? new DeploySection { Name = model } : new DeploySection
    {
        Name = map.Find(Name) ?? model,
        Approval = map.Find(Approval) ?? ApprovalPolicy.Auto,
        Strategy = map.Find(Strategy) ?? Immediate,
        Steps = map.Has(Steps) ? [.. map.Get(Steps, []).Where(s => s.Has(StepCanary)).Select(s => new CanaryStep(s.Get(StepCanary, 0), s.Get(StepFor, default)))]
            : map.Find(Strategy) == Canary ? UsualSteps
            : [],
        Advance = map.Find(Advance) ?? "no-harm",
        Alpha = map.Get(Alpha, 0.05),
        Guardrails = map.Get(Guardrails, []).Select(BuildGuardrail).ToArray(),
        Segments = map.Get(Segments, []),
        Inconclusive = map.Find(Inconclusive) ?? "hold",
    };

    /// <summary>Refuses a release by steps that has nothing to judge it by.</summary>
    public static void CheckJudged(Reading reading, ReadMap? map, YamlNode at, string path)
    {
        if (map is null || !map.Has(Guardrails))
        {
            reading.Refuse(at, path, "A canary is judged by guardrails, and there are none. Give deploy.guardrails, such as - { metric: accuracy, margin: 1 pp }.");
        }
    }

    private static Guardrail BuildGuardrail(ReadMap map)
    {
        var range = map.Get(GuardrailRange, [new ParsedNumber(0, true), new ParsedNumber(1, true)]);
        return new Guardrail(map.Find(GuardrailMetric)!, map.Find(GuardrailMargin)!, range[0].Value, range[1].Value);
    }

    private static void Check(Reading reading, ReadMap map)
    {
        if (!map.Has(Strategy) || map.Find(Strategy) == Immediate)
        {
            foreach (var key in (Key[])[Steps, Advance, Alpha, Guardrails, Segments, Inconclusive])
            {
                if (map.Has(key))
                {
                    var given = map.Has(Strategy) ? "" : ", because none is given";
                    reading.Refuse(map.At(key), map.PathOf(key), $"'{key.Name}' needs a strategy that takes steps (canary, blue-green or shadow); this one is {Immediate}{given}.");
                }
            }
        }

        if (map.Find(Strategy) == Canary)
        {
            CheckJudged(reading, map, map.At(Strategy), map.PathOf(Strategy));
        }
        else if (map.Find(Strategy) == BlueGreen && map.Has(Steps))
        {
            reading.Refuse(map.At(Steps), map.PathOf(Steps), $"The strategy {BlueGreen} switches at once and takes no steps. Remove them, or use the strategy {Canary}.");
        }

        CheckOrder(reading, map);
    }

    // Shadow answers most questions with fewer requests and without risk, so it comes first; and a candidate that shrinks again has lost its callers for nothing.
    private static void CheckOrder(Reading reading, ReadMap map)
    {
        double? canary = null;
        foreach (var step in map.Get(Steps, []))
        {
            if (step.Has(StepShadow) && canary is not null)
            {
                reading.Refuse(step.Node, step.Path, "A shadow step stands behind a canary step. Put shadow steps first.");
            }

            if (step.TryGet(StepCanary, out var share))
            {
                if (map.Find(Strategy) is "shadow")
                {
                    reading.Refuse(step.Node, step.Path, "The strategy shadow takes only shadow steps. Use the strategy canary, or shadow: here.");
                }
                else if (share <= canary)
                {
                    reading.Refuse(step.Node, step.Path, "A canary step must be larger than the one before it.");
                }

                canary = share;
            }
        }
    }

    private static void CheckStep(Reading reading, ReadMap step)
    {
        if (step.Has(StepShadow) == step.Has(StepCanary))
        {
            reading.Refuse(step.Node, step.Path, "A step is either 'shadow' or 'canary': give one of them.");
        }
    }

    private static void CheckGuardrail(Reading reading, ReadMap guardrail)
    {
        if (guardrail.TryGet(GuardrailRange, out var range) && range[0].Value >= range[1].Value)
        {
            reading.Refuse(guardrail.At(GuardrailRange), guardrail.PathOf(GuardrailRange), "The range is empty: write the lowest value first and a higher one second.");
        }

        if (guardrail.Find(GuardrailMetric) is not { } metric)
        {
            return;
        }

        if (metric is not (ErrorRate or Accuracy or AbsoluteError))
        {
            reading.NotYet(guardrail.ValueOf(GuardrailMetric), guardrail.PathOf(GuardrailMetric), $"The guardrail '{metric}' is not available yet. Available are {ErrorRate}, {Accuracy} and {AbsoluteError}.");
        }
        else if (metric is not AbsoluteError && guardrail.Find(GuardrailMargin) is { Relative: true })
        {
            reading.NotYet(guardrail.At(GuardrailMargin), guardrail.PathOf(GuardrailMargin), $"A margin in % is not available yet for {metric}. Write it in points, such as 0.5 pp.");
        }

        var plain = PlainMetrics.Contains(metric);
        if (plain && guardrail.Has(GuardrailRange))
        {
            reading.Refuse(guardrail.At(GuardrailRange), guardrail.PathOf(GuardrailRange), $"'{metric}' has its own range. Remove 'range'.");
        }

        if (!plain && !guardrail.Has(GuardrailRange))
        {
            reading.Refuse(
                guardrail.Node,
                guardrail.PathOf(GuardrailRange),
                $"'{metric}' needs a range, such as range: [0, 500]; values outside are clipped, or one of them could decide alone.");
        }

        if (metric.StartsWith("latency_", StringComparison.Ordinal) && guardrail.Find(GuardrailMargin) is { Relative: false })
        {
            reading.Refuse(guardrail.At(GuardrailMargin), guardrail.PathOf(GuardrailMargin), "A latency's margin is relative: write it in %, such as 10%.");
        }
    }

    private static bool IsMetricName(string name) => name.Length is > 0 and <= 64 && char.IsAsciiLetterLower(name[0])
        && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_');
}
