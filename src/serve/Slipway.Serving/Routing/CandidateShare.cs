using Slipway.Rollouts;
using Slipway.Rollouts.Releases;

namespace Slipway.Serving.Routing;

/// <summary>Divides requests between the stable version and the candidate. Costs two hundred instructions a key, and allocates nothing.</summary>
internal static class CandidateShare
{
    private const int GuidLength = 36;

    /// <summary>Whose request it is. The same for the same rollout, weight and units, however often it is asked.</summary>
    /// <param name="candidate">The rollout that is in force.</param>
    /// <param name="call">The request, parsed. Its units are the sticky keys of its rows; rows without one belong to the request's id.</param>
    public static Share Of(CandidateState candidate, InferenceCall call)
    {
        if (candidate.Weight <= 0)
        {
            // Nobody can be assigned to the candidate, so nobody was assigned to the stable version by chance.
            return Share.Undivided;
        }

        var keys = call.Fields.StickyKeys;
        if (keys.Count == 0)
        {
            return OfId(candidate, call);
        }

        var share = OfKey(candidate, call, keys[0]);
        for (var i = 1; i < keys.Count; i++)
        {
            if (OfKey(candidate, call, keys[i]) != share)
            {
                return Share.Undivided;
            }
        }

        return share;
    }

    private static Share OfKey(CandidateState candidate, InferenceCall call, string key) => key.Length == 0 ? OfId(candidate, call) : OfUnit(candidate, key);

    private static Share OfId(CandidateState candidate, InferenceCall call)
    {
        if (call.RequestId is { } id)
        {
            return OfUnit(candidate, id);
        }

        Span<char> text = stackalloc char[GuidLength];
        call.GeneratedId.TryFormat(text, out _);
        return OfUnit(candidate, text);
    }

    private static Share OfUnit(CandidateState candidate, ReadOnlySpan<char> unit) =>
        RolloutUnits.IsCandidate(RolloutUnits.Hash(candidate.Rollout, unit), candidate.Weight) ? Share.Candidate : Share.Stable;
}

/// <summary>Whose request it is while a rollout is in force.</summary>
internal enum Share
{
    /// <summary>The stable version answers, but chance did not decide it.</summary>
    Undivided,

    /// <summary>Assigned to the stable version.</summary>
    Stable,

    /// <summary>Assigned to the candidate.</summary>
    Candidate,
}
