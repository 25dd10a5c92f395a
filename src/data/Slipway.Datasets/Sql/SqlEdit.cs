using System.Text;

namespace Slipway.Datasets.Sql;

/// <summary>Replaces <paramref name="Length"/> bytes of UTF-8 at <paramref name="Place"/>.</summary>
internal sealed record SqlEdit(int Place, int Length, string Text)
{
    /// <summary>Applies edits that do not overlap; an edit of the same place twice (the parser repeats some nodes) counts once.</summary>
    public static string Apply(string sql, IEnumerable<SqlEdit> edits)
    {
        var bytes = Encoding.UTF8.GetBytes(sql).AsSpan();
        var result = new StringBuilder();
        var from = 0;
        foreach (var edit in edits.DistinctBy(e => e.Place).OrderBy(e => e.Place))
        {
            result.Append(Encoding.UTF8.GetString(bytes[from..edit.Place])).Append(edit.Text);
            from = edit.Place + edit.Length;
        }

        return result.Append(Encoding.UTF8.GetString(bytes[from..])).ToString();
    }
}
