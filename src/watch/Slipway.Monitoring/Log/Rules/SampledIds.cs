using System.IO.Hashing;
using System.Text;

namespace Slipway.Monitoring.Log.Rules;

/// <summary>
/// The prediction ids that belong to a sample: by their hash, so that an id is in or out whoever asks, on every server and in whatever order, and stays in when the share grows. Pure.
/// </summary>
internal readonly struct SampledIds
{
    // Of its own, so that who is recorded has nothing to do with who is assigned to a candidate, which is by a hash too.
    private const long Seed = 0x5A3D_91E4_C27B_6F08;

    // What fits in a double exactly.
    private const int Bits = 53;
    private const int LongestOnStack = 512;

    private readonly ulong _limit;

    public SampledIds(double share) => _limit = (ulong)(share * (1UL << Bits));

    /// <summary>True when the request's id belongs to the sample.</summary>
    public bool Contains(ReadOnlySpan<char> id)
    {
        var length = Encoding.UTF8.GetMaxByteCount(id.Length);
        Span<byte> text = length <= LongestOnStack ? stackalloc byte[LongestOnStack] : new byte[length];
        return XxHash3.HashToUInt64(text[..Encoding.UTF8.GetBytes(id, text)], Seed) >> (64 - Bits) < _limit;
    }

    /// <summary>True when the request's generated id does.</summary>
    public bool Contains(Guid id)
    {
        Span<byte> text = stackalloc byte[IdColumn.Builder.GuidLength];
        id.TryFormat(text, out _);
        return XxHash3.HashToUInt64(text, Seed) >> (64 - Bits) < _limit;
    }

    /// <summary>
    /// True when a row's id is that of no request in the sample. <c>order/7</c> is the id of a request, or the eighth row of the request <c>order</c>: only where neither belongs to it can this be said.
    /// </summary>
    public bool LeavesOut(string row)
    {
        var slash = row.LastIndexOf('/');
        return !Contains(row) && !(slash > 0 && int.TryParse(row.AsSpan(slash + 1), out _) && Contains(row.AsSpan(0, slash)));
    }
}
