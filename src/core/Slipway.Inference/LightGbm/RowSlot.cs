namespace Slipway.Inference.LightGbm;

/// <summary>
/// One value of a prepared row: a feature in the form that lets one comparison, <c>value &gt; threshold</c>, decide a split with its treatment of missing values.
/// A comparison with NaN is false, so NaN goes to the first child: that is the left one as it stands, and the right one where value and threshold are negated.
/// </summary>
internal readonly record struct RowSlot(int Feature, SlotForm Form);

/// <summary>How a feature's value is prepared.</summary>
internal enum SlotForm
{
    /// <summary>NaN becomes zero: nothing is missing.</summary>
    Filled,

    /// <summary>As it is: missing goes left, and categories.</summary>
    Plain,

    /// <summary>Negated: missing goes right.</summary>
    Negated,

    /// <summary>Zero becomes NaN: missing goes left.</summary>
    ZeroPlain,

    /// <summary>Zero becomes NaN, the rest negated: missing goes right.</summary>
    ZeroNegated,

    /// <summary>1 where NaN, else 0: missing goes right and everything else left, infinity too, which no negated threshold could tell.</summary>
    IsMissing,

    /// <summary>1 where zero or NaN, else 0.</summary>
    IsZeroOrMissing,
}
