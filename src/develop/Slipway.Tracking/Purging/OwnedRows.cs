using Slipway.Storage.Sql;

namespace Slipway.Tracking.Purging;

/// <summary>
/// Rows that go for good with a run or an experiment. A part of tracking registers one as a singleton for each of its tables, those that refer to others first; a few thousand rows go in a
/// transaction, so that no purge holds the writer for long.
/// </summary>
/// <param name="Owner">Whose rows they are.</param>
/// <param name="Table">The table.</param>
/// <param name="Key">The columns of its key, with commas between: it tells a few thousand rows from the others.</param>
/// <param name="Where">Which rows, in SQL: <c>@ids</c> are the owners' numbers (<c>run in @ids</c>, or <c>trace in (select id from traces where experiment in @ids)</c>).</param>
public sealed record OwnedRows(RowOwner Owner, string Table, string Key, string Where)
{
    /// <summary><see cref="Where"/> for some owners.</summary>
    internal string WhereOwners(IEnumerable<long> ids) => Where.Replace("@ids", SqlList.Of(ids), StringComparison.Ordinal);
}

/// <summary>With what rows go.</summary>
public enum RowOwner
{
    /// <summary>With a run; the numbers are those of <c>runs.id</c>.</summary>
    Run,

    /// <summary>With an experiment; the numbers are those of <c>experiments.id</c>.</summary>
    Experiment,
}
