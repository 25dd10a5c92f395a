namespace Slipway.Monitoring.Profiles;

/// <summary>
/// What a profile's rows stand for besides themselves, where a share of the answers is recorded: each answer for 1/share, a failure, which is always recorded, for itself. All zero without sampling.
/// </summary>
internal sealed record UnrecordedTraffic
{
    /// <summary>Nothing was left out.</summary>
    public static UnrecordedTraffic None { get; } = new();

    /// <summary>Rows that were answered and not recorded, as estimated.</summary>
    public double Rows { get; init; }

    /// <summary>Calls that were answered and not recorded, as estimated.</summary>
    public double Calls { get; init; }

    /// <summary>The sum of 1/share − 1 over all recorded calls, failed ones too: what share was in force is known also where nothing but failures was recorded.</summary>
    public double Odds { get; init; }

    public UnrecordedTraffic Plus(UnrecordedTraffic after) => after == None ? this : new() { Rows = Rows + after.Rows, Calls = Calls + after.Calls, Odds = Odds + after.Odds };

    /// <summary>Adds a recorded row.</summary>
    public UnrecordedTraffic Plus(double share, bool isCall, bool failed)
    {
        var others = (1 / share) - 1;
        return new() { Rows = Rows + (failed ? 0 : others), Calls = Calls + (isCall && !failed ? others : 0), Odds = Odds + (isCall ? others : 0) };
    }
}
