using System.Globalization;
using Slipway.Inference;
using Slipway.Inference.Tensors;
using Slipway.Monitoring.Log.Recording;
using Slipway.Rollouts.Releases;

namespace Slipway.Monitoring.Log.Rules;

/// <summary>What is left out of a call before anything of it is copied.</summary>
internal sealed class Redaction
{
    /// <summary>What callers' sticky keys are called.</summary>
    public const string StickyKey = "sticky_key";

    /// <summary>What stands before the name of a request's segment.</summary>
    public const string Segment = "segment:";

    private readonly HashSet<string> _segments = new(StringComparer.OrdinalIgnoreCase);
    private readonly bool _stickyKeys;

    public Redaction(IEnumerable<string> names)
    {
        Names = names.ToHashSet(StringComparer.Ordinal);
        _segments.UnionWith(Names.Where(name => name.StartsWith(Segment, StringComparison.Ordinal)).Select(name => name[Segment.Length..]));
        _stickyKeys = Names.Contains(StickyKey);
    }

    /// <summary>All names; those of inputs and outputs stand as they are.</summary>
    public IReadOnlySet<string> Names { get; }

    /// <summary>True when inputs, outputs or segments of this name are left out: whatever is judged apart by it has no values.</summary>
    public bool Hides(string name) => Names.Contains(name) || _segments.Contains(name);

    /// <summary>The call without what is left out. Its tensors are the call's own.</summary>
    public RecordedCall Apply(in RecordedCall call) => Names.Count == 0 ? call : call with
    {
        Inputs = Columns(call) ?? call.Inputs.Without(Names),
        Outputs = call.Outputs.Without(Names),
        Error = call.Error is { } error ? error with { Text = "" } : null,
        Fields = _stickyKeys || _segments.Count > 0 ? call.Fields.With(_stickyKeys ? Keys(call) : call.Fields.StickyKeys, _segments) : call.Fields,
    };

    // Of a matrix, those of its columns that are kept, one by one; null when the call has none.
    private TensorSet? Columns(in RecordedCall call)
    {
        if (call.Failed || call.Signature is not { } signature || !SignatureCheck.IsMatrix(signature, call.Inputs))
        {
            return null;
        }

        var columns = new TensorSet();
        var matrix = call.Inputs[0].Values<double>();
        var width = signature.Inputs.Count;
        for (var column = 0; column < width; column++)
        {
            if (Names.Contains(signature.Inputs[column].Name))
            {
                continue;
            }

            var values = columns.Add(signature.Inputs[column].Name, TensorType.Float64, [call.Rows]).Values<double>();
            for (var row = 0; row < call.Rows; row++)
            {
                values[row] = matrix[(row * width) + column];
            }
        }

        return columns;
    }

    // A rollout counts each caller once, so it has to know one from the other: by the hash that its unit is anyway.
    private static string[] Keys(in RecordedCall call)
    {
        var rollout = call.Rollout;
        return rollout is null ? [] : [.. call.Fields.StickyKeys.Select(key => RolloutUnits.Hash(rollout, key).ToString("x16", CultureInfo.InvariantCulture))];
    }
}
