using Slipway.Monitoring.Log.Recording;

namespace Slipway.Monitoring.Log.Rules;

/// <summary>What is recorded of a deployment's calls.</summary>
internal sealed class RecordingRule(double share, Redaction redaction)
{
    private readonly SampledIds _ids = new(share);

    /// <summary>The share of answered calls that is recorded.</summary>
    public double Share => share;

    /// <summary>What is left out of each.</summary>
    public Redaction Redaction => redaction;

    /// <summary>True when everything is recorded as it is.</summary>
    public bool IsPlain => share >= 1 && redaction.Names.Count == 0;

    /// <summary>
    /// The call as it is recorded; false when it is not. Failures are always recorded: they are few, and each is looked for. So is every call for which a rollout drew the version: its evidence is
    /// then what it would be without sampling. A share of 0 records neither.
    /// </summary>
    public bool TryTake(in RecordedCall call, out RecordedCall taken)
    {
        var isWhole = share >= 1 || (call.Randomised && share > 0);
        if (!isWhole && !(share > 0 && (call.Failed || Contains(call))))
        {
            taken = default;
            return false;
        }

        taken = redaction.Apply(call) with { Share = isWhole ? 1 : share };
        return true;
    }

    /// <summary>True when no answered call with this row's id is recorded, but in a rollout.</summary>
    public bool LeavesOut(string row) => share < 1 && _ids.LeavesOut(row);

    private bool Contains(in RecordedCall call) => call.RequestId is { } id ? _ids.Contains(id) : _ids.Contains(call.GeneratedId);
}
