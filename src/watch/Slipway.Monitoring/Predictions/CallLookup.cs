using System.Globalization;
using Slipway.Monitoring.Log;

namespace Slipway.Monitoring.Predictions;

/// <summary>Finds a request in the log by its id or that of one of its rows, and those that shared its run.</summary>
internal sealed class CallLookup(IPredictionHistory history)
{
    private const int MostRows = 1_000_000;
    private const int MostMates = 1000;

    // The numbers of runs begin anew with the process, so a run is looked for near its time only; no request waits for longer.
    private static readonly TimeSpan Near = TimeSpan.FromMinutes(10);

    public async Task<LoggedCall?> FindAsync(string deployment, string id, CancellationToken cancellationToken)
    {
        var (request, isRow) = Split(id);

        // All that may be shown, so that it is read at once.
        List<string> ids = [id, .. Enumerable.Range(0, IPredictions.MaxRows).Select(row => string.Create(CultureInfo.InvariantCulture, $"{id}/{row}"))];
        if (isRow)
        {
            ids.Add($"{request}/0");
        }

        var found = Rows(await history.ReadAsync(deployment, ids, cancellationToken));

        // What a caller called so itself goes before rows that were numbered: its id may look like theirs.
        if (found.FindAll(row => row.Id == id) is [var own, .. var others])
        {
            var first = own.IsFirst ? own : found.Find(row => row.Id == $"{request}/0" && row.SharesCall(own)) is { Batch: not null } head ? head : own;
            var again = others.Select(row => new DateTimeOffset(row.Arrival, TimeSpan.Zero)).Distinct().ToList();
            var count = isRow && (first != own || id.EndsWith("/0", StringComparison.Ordinal)) ? (await ListAsync(deployment, request, own, cancellationToken)).Count : 1;
            return new LoggedCall(count > 1 || first != own ? request : id, first, [own], count, again);
        }

        if (found.Find(row => row.Id == $"{id}/0") is not { Batch: not null } start)
        {
            return null;
        }

        var all = await ListAsync(deployment, id, start, cancellationToken);
        var shown = all.Take(IPredictions.MaxRows).ToHashSet(StringComparer.Ordinal);
        if (shown.Except(found.Select(row => row.Id)).ToList() is { Count: > 0 } lacking)
        {
            // Beyond the first rows, where the log lacks some of those.
            found.AddRange(Rows(await history.ReadAsync(deployment, lacking, cancellationToken)));
        }

        var rows = found.Where(row => shown.Contains(row.Id) && row.SharesCall(start));
        var later = found.Where(row => row.Id == start.Id && row != start).Select(row => new DateTimeOffset(row.Arrival, TimeSpan.Zero)).ToList();
        return new LoggedCall(id, start, [.. rows.OrderBy(row => Number(row.Id, id))], all.Count, later);
    }

    /// <summary>The first rows of the other requests that one run answered together with this one.</summary>
    public async Task<IReadOnlyList<string>> ListMatesAsync(string deployment, LoggedCall call, CallColumns times, CancellationToken cancellationToken)
    {
        var (first, version) = (call.First, call.First.Batch.Source.Version);
        var (number, size, run) = (times.Batch[first.Row], times.BatchRows[first.Row], times.Run[first.Row]);
        var (from, to) = (first.Arrival - Near.Ticks, first.Arrival + Near.Ticks);

        var condition = new RowCondition((new DateTime(from, DateTimeKind.Utc), new DateTime(to, DateTimeKind.Utc)), version, MostMates) { Run = new LoggedRun(number, size, run) };
        return [.. (await history.ListIdsAsync(deployment, condition, cancellationToken)).Where(id => id != first.Id).Distinct().Order(StringComparer.Ordinal)];
    }

    // The ids of the rows that came with this one, by number.
    private async Task<List<string>> ListAsync(string deployment, string request, LoggedRow row, CancellationToken cancellationToken)
    {
        var at = new DateTime(row.Arrival, DateTimeKind.Utc);
        var condition = new RowCondition((at, at), row.Batch.Source.Version, MostRows) { Prefix = request + "/" };
        var ids = await history.ListIdsAsync(deployment, condition, cancellationToken);
        return [.. ids.Append(row.Id).Where(id => Number(id, request) >= 0).Distinct().OrderBy(id => Number(id, request))];
    }

    // "a/7" may be row 7 of the request "a".
    private static (string Request, bool IsRow) Split(string id)
    {
        var slash = id.LastIndexOf('/');
        return slash > 0 && Number(id, id[..slash]) >= 0 ? (id[..slash], true) : (id, false);
    }

    private static int Number(string id, string request) =>
        int.TryParse(id.AsSpan(request.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1;

    private static List<LoggedRow> Rows(IReadOnlyList<PredictionBatch> batches) =>
        [.. batches.SelectMany(batch => Enumerable.Range(0, batch.Rows).Select(row => new LoggedRow(batch, row))).OrderBy(row => row.Arrival)];
}
