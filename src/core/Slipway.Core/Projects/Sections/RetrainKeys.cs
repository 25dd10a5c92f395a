using Slipway.Core.Projects.Shapes;

namespace Slipway.Core.Projects.Sections;

/// <summary>The section <c>retrain</c>.</summary>
internal static class RetrainKeys
{
    public static readonly Key<string> Schedule = new(
        "schedule", "A cron expression: minute, hour, day of month, month, day of week, in UTC.", Schedules);

    public static readonly Key<bool> Drift = new("drift", "When inputs have drifted.", Values.Switch());

    public static readonly Key<bool> Performance = new("performance", "When the model has become worse.", Values.Switch());

    public static readonly Key<int> NewLabels = new("newLabels", "When so many new labels have arrived.", Values.Whole(1, int.MaxValue));

    private static readonly MapShape Conditions = new([Schedule, Drift, Performance, NewLabels], atLeast: 1);

    public static readonly Key<ReadMap> Any = new("any", "One of these is enough.", Conditions);

    public static readonly Key<ReadMap> All = new("all", "All of these together.", Conditions);

    public static readonly Key<ReadMap> When = new(
        "when", "The conditions that start a retraining.", new MapShape([Any, All], atLeast: 1, CheckWhen), required: true);

    public static readonly Key<TimeSpan> Cooldown = new(
        "cooldown", "The shortest time between two retrainings.", Values.Time(TimeSpan.Zero, TimeSpan.FromDays(3650)));

    public static readonly Key<string> Then = new("then", "How the new version takes over.", new ChoiceShape(
        new Choice("immediate"), new Choice("canary"), new Choice("blue-green"), new Choice("shadow", Available: false)));

    public static readonly MapShape Shape = new([When, Cooldown, Then]);

    private static Shape<string> Schedules => Values.Matching(
        "a cron expression of five fields, such as \"0 2 * * MON\"", @"^\s*(\S+\s+){4}\S+\s*$", Cron.IsValid);

    public static RetrainSection Build(ReadMap map)
    {
        var when = map.Find(When)!;
        var conditions = when.Find(Any) ?? when.Find(All)!;
        return new RetrainSection
        {
            All = when.Has(All),
            Schedule = conditions.Find(Schedule)?.Trim(),
            Drift = conditions.Has(Drift),
            Performance = conditions.Has(Performance),
            NewLabels = conditions.TryGet(NewLabels, out var labels) ? labels : null,
            Cooldown = map.Get(Cooldown, TimeSpan.FromDays(1)),
            Then = map.Find(Then),
        };
    }

    private static void CheckWhen(Reading reading, ReadMap map)
    {
        if (map.Has(Any) && map.Has(All))
        {
            reading.Refuse(map.At(All), map.PathOf(All), "'any' and 'all' exclude each other. Remove one.");
        }
    }
}
