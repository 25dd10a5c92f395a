using System.Globalization;
using Slipway.Monitoring.Log;
using Slipway.Rollouts.Releases;

namespace Slipway.Monitoring.Predictions;

/// <summary>Says why a version answered a request, from what the log has kept of the choice.</summary>
internal static class AssignmentRule
{
    private const string Stable = "stable";

    /// <summary>The reason.</summary>
    /// <param name="source">Who answered, and the rollout with the weight that was in force.</param>
    /// <param name="unit">The randomised unit's hash; 0 where chance did not decide.</param>
    /// <param name="requestId">The request's id, which is the unit where there is no sticky key.</param>
    /// <param name="key">The sticky key of the row that is explained, or null.</param>
    /// <param name="rows">How many rows the request has.</param>
    /// <param name="failed">True for a call that failed.</param>
    public static Assignment Of(PredictionSource source, ulong unit, string requestId, string? key, int rows, bool failed)
    {
        var version = source.Version.Version;
        if (source.Rollout is not { } rollout)
        {
            return source.Role == Stable
                ? new Assignment("only", $"No rollout was under way: {version} was the stable version, which answers whoever asks for no other.")
                : new Assignment("pinned", $"The caller asked for {version}, which was kept in memory as the {source.Role} version.");
        }

        if (unit != 0)
        {
            return Randomised(source, rollout, unit, requestId, key);
        }

        if (source.Role != Stable)
        {
            return new Assignment("pinned", $"The caller asked for {version} by name, so the rollout did not decide.") { Weight = source.Weight };
        }

        if (source.Weight <= 0)
        {
            return new Assignment("weightZero", $"The rollout's candidate had the weight 0, so the stable version {version} answered whoever asked for no other.") { Weight = 0 };
        }

        if (failed)
        {
            return new Assignment("undivided", $"The call failed before the rollout could decide, or asked for {version} by name; it counts for neither side.") { Weight = source.Weight };
        }

        return rows > 1 && key is not null
            ? new Assignment("undivided", $"Either the sticky keys of its rows belong to both sides of the rollout, and then the stable version answers all of them, or the caller asked for {version} by name.") { Weight = source.Weight }
            : new Assignment("pinned", $"The caller asked for {version} by name, so the rollout did not decide.") { Weight = source.Weight };
    }

    private static Assignment Randomised(PredictionSource source, string rollout, ulong unit, string requestId, string? key)
    {
        var bucket = RolloutUnits.Share(unit);
        var byRequest = RolloutUnits.Hash(rollout, requestId) == unit;
        var known = byRequest ? requestId : key is not null && RolloutUnits.Hash(rollout, key) == unit ? key : null;
        var who = byRequest ? "The request's id" : known is null ? "The sticky key, which is not logged," : "The sticky key";
        var side = source.Role == Stable ? "is not below" : "is below";
        return new Assignment(
            "randomised",
            string.Create(CultureInfo.InvariantCulture, $"{who} falls at {bucket:0.0000} of the rollout, which {side} the candidate's weight {source.Weight:0.####}: the {source.Role} version {source.Version.Version} answers."))
        {
            Weight = source.Weight,
            Unit = known,
            UnitKind = byRequest ? "requestId" : "stickyKey",
            Bucket = bucket,
        };
    }
}
