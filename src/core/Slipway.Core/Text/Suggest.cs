namespace Slipway.Core.Text;

/// <summary>Finds what somebody probably meant: the word in a list that is few typing mistakes away.</summary>
public static class Suggest
{
    // A word of a novel's length is no typing mistake, and the distance costs its square.
    private const int MaxWord = 64;

    /// <summary>
    /// The candidate nearest to <paramref name="word"/> by insertions, deletions, replacements and swaps of neighbours, ignoring case and the
    /// difference of <c>-</c>, <c>_</c> and a blank; null when none is near: at most a third of the letters may differ. Of equals the first wins.
    /// </summary>
    public static string? Closest(string word, IEnumerable<string> candidates)
    {
        ArgumentNullException.ThrowIfNull(word);
        ArgumentNullException.ThrowIfNull(candidates);
        var plain = Plain(word);
        if (plain.Length is 0 or > MaxWord)
        {
            return null;
        }

        string? best = null;
        var bestDistance = int.MaxValue;
        foreach (var candidate in candidates)
        {
            var other = Plain(candidate);
            var allowed = Math.Max(1, Math.Max(plain.Length, Math.Min(other.Length, MaxWord)) / 3);
            if (other.Length is 0 or > MaxWord || Math.Abs(other.Length - plain.Length) > allowed)
            {
                continue;
            }

            // One letter that is another letter is not a typing mistake but another word.
            var distance = Distance(plain, other);
            if (distance <= allowed && distance < bestDistance && distance < Math.Max(plain.Length, other.Length))
            {
                (best, bestDistance) = (candidate, distance);
            }
        }

        return best;
    }

    /// <summary><c> Did you mean 'rounds'?</c> with its leading blank, to be put behind a sentence; empty when nothing is near.</summary>
    public static string DidYouMean(string word, IEnumerable<string> candidates) =>
        Closest(word, candidates) is { } closest ? $" Did you mean '{closest}'?" : "";

    /// <summary>
    /// The number of insertions, deletions, replacements and swaps of neighbours that turn <paramref name="a"/> into <paramref name="b"/>, no letter being
    /// edited twice (optimal string alignment).
    /// </summary>
    public static int Distance(ReadOnlySpan<char> a, ReadOnlySpan<char> b)
    {
        var before = new int[b.Length + 1];
        var last = new int[b.Length + 1];
        var row = new int[b.Length + 1];
        for (var j = 0; j <= b.Length; j++)
        {
            last[j] = j;
        }

        for (var i = 1; i <= a.Length; i++)
        {
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                row[j] = Math.Min(Math.Min(row[j - 1], last[j]) + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    row[j] = Math.Min(row[j], before[j - 2] + 1);
                }
            }

            (before, last, row) = (last, row, before);
        }

        return last[b.Length];
    }

    private static string Plain(string word) => word.Trim().Replace('-', '_').Replace(' ', '_').ToUpperInvariant();
}
