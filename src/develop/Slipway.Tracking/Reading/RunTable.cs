using System.Data.Common;
using System.Globalization;
using Slipway.Mlflow;
using Slipway.Storage;
using Slipway.Storage.Sql;
using Slipway.Tracking.Runs;
using Slipway.Tracking.Search;

namespace Slipway.Tracking.Reading;

/// <summary>Reads pages of runs for a table: of each run its own row and the values that are shown, never all that it logged.</summary>
internal sealed class RunTable(Database database)
{
    /// <summary>The tag that names the run that a run is a part of.</summary>
    public const string Parent = "mlflow.parentRunId";

    /// <summary>A token holds what the page is sorted by, which may be a text of thousands of characters; one that is longer than this stands in no address.</summary>
    private const int LongestToken = 1500;

    // Before a run's id, which then stands for the token; no token has it.
    private const char OfRun = '~';

    private static readonly (RunValueKind Kind, string Table)[] Tables = [(RunValueKind.Parameter, "run_params"), (RunValueKind.Metric, "run_metrics"), (RunValueKind.Tag, "run_tags")];

    public Task<RunPage> SearchAsync(long experiment, RunSearch search, CancellationToken cancellationToken) => database.ReadAsync(
        async connection =>
        {
            SearchQuery Query(string? token, bool backwards) => SearchQuery.ForRuns(
                [experiment], search.Filter, search.OrderBy is { Length: > 0 } order ? [order] : [], View(search.Shown), search.Size, token, backwards);

            var place = search.Place;
            if (place.Token?.StartsWith(OfRun) == true)
            {
                var run = place.Token[1..].Replace(@"\", @"\\", StringComparison.Ordinal).Replace("'", "''", StringComparison.Ordinal);
                var token = await Query(null, backwards: false).FindPlaceAsync(connection, $"run_id = '{run}'", cancellationToken);
                place = place with { Token = token ?? throw SearchError.Of("The run where this page begins is not there any more. Begin at the first page.") };
            }

            var page = await FindAsync(connection, place, Query, cancellationToken);
            var runs = await ReadAsync(connection, page.Ids);
            var values = search.Values.Append(new RunValueName(RunValueKind.Tag, Parent)).Distinct().ToList();
            var (metrics, texts) = await ReadValuesAsync(connection, page.Ids, values);
            var rows = new List<RunRow>(page.Ids.Count);
            foreach (var id in page.Ids.Where(runs.ContainsKey))
            {
                var parent = texts[id].GetValueOrDefault(new RunValueName(RunValueKind.Tag, Parent));
                rows.Add(new RunRow(Summary(runs[id], parent), await HasChildrenAsync(connection, runs[id]), metrics[id], texts[id]));
            }

            return new RunPage(rows, Short(page.PreviousPageToken, rows.FirstOrDefault()), Short(page.NextPageToken, rows.LastOrDefault()));
        },
        cancellationToken);

    /// <summary>The active runs that are parts of a run; all of them when it is deleted itself.</summary>
    public static async Task<(IReadOnlyList<RunSummary> Runs, bool HasMore)> ChildrenAsync(DbConnection connection, Run run, CancellationToken cancellationToken)
    {
        // The id is hexadecimal, so nothing in it needs care.
        var query = SearchQuery.ForRuns(
            [run.Experiment], $"tags.`{Parent}` = '{run.RunId}'", [], run.DeletedAt is null ? ViewType.Active : ViewType.All, RunDetails.MostChildren);
        var page = await query.RunAsync(connection, cancellationToken);
        var found = await ReadAsync(connection, page.Ids);
        return ([.. page.Ids.Where(found.ContainsKey).Select(id => Summary(found[id], run.RunId))], page.NextPageToken is not null);
    }

    /// <summary>Names in order, each found by one jump of the index, however many values there are.</summary>
    public async Task<RunKeys> ListKeysAsync(long experiment, CancellationToken cancellationToken)
    {
        var keys = new Dictionary<RunValueKind, IReadOnlyList<string>>();
        foreach (var (kind, table) in Tables)
        {
            keys[kind] = await database.ReadAsync(async connection =>
            {
                var parameters = new SqlParameters();
                var scope = parameters.Add(experiment);
                await using var command = parameters.ToCommand(connection, $"""
                    with recursive found (key) as (
                        select min(key) from {table} where experiment = {scope}
                        union all
                        select (select min(key) from {table} where experiment = {scope} and key > found.key) from found where found.key is not null)
                    select key from found where key is not null limit {RunKeys.Most}
                    """);
                var names = new List<string>();
                await ReadAsync(command, row => names.Add(row.GetString(0)));
                return names;
            }, cancellationToken);
        }

        return new RunKeys(keys[RunValueKind.Parameter], keys[RunValueKind.Metric], keys[RunValueKind.Tag]);
    }

    public static RunSummary Summary(Run run, string? parent) => new()
    {
        Id = run.RunId,
        ExperimentId = run.Experiment.ToString(CultureInfo.InvariantCulture),
        Name = run.Name,
        User = run.UserId,
        Status = MlflowFields.NameOf(run.Status),
        StartedAt = Moment.Of(run.StartTime),
        EndedAt = run.EndTime is { } end ? Moment.Of(end) : null,
        ArtifactUri = run.ArtifactUri,
        IsDeleted = run.DeletedAt is not null,
        ParentId = parent is { Length: > 0 } ? parent : null,
    };

    /// <summary>The page at a place. Who goes back to the beginning gets a whole first page, whatever was logged in front of it meanwhile.</summary>
    public static async Task<SearchPage> FindAsync(DbConnection connection, PagePlace place, Func<string?, bool, SearchQuery> search, CancellationToken cancellationToken)
    {
        var page = await search(place.Token, place.Backwards && place.Token is { Length: > 0 }).RunAsync(connection, cancellationToken);
        return place.Backwards && page.PreviousPageToken is null ? await search(null, false).RunAsync(connection, cancellationToken) : page;
    }

    public static ViewType View(Shown shown) => shown switch
    {
        Shown.Active => ViewType.Active,
        Shown.Deleted => ViewType.Deleted,
        _ => ViewType.All,
    };

    private static string? Short(string? token, RunRow? row) => token?.Length > LongestToken && row is not null ? OfRun + row.Run.Id : token;

    private static async Task<Dictionary<long, Run>> ReadAsync(DbConnection connection, IReadOnlyList<long> ids)
    {
        var runs = new Dictionary<long, Run>(ids.Count);
        await using var command = new SqlParameters().ToCommand(connection, $"select {RunColumns.Names} from runs r where r.id in {SqlList.Of(ids)}");
        await ReadAsync(command, row => runs.Add(row.GetInt64(0), RunColumns.Read(row)));
        return runs;
    }

    private static async Task<(Dictionary<long, Dictionary<string, double>> Metrics, Dictionary<long, Dictionary<RunValueName, string>> Texts)> ReadValuesAsync(
        DbConnection connection, IReadOnlyList<long> ids, List<RunValueName> values)
    {
        var metrics = ids.ToDictionary(id => id, _ => new Dictionary<string, double>(StringComparer.Ordinal));
        var texts = ids.ToDictionary(id => id, _ => new Dictionary<RunValueName, string>());
        foreach (var (kind, table) in Tables)
        {
            var keys = values.Where(value => value.Kind == kind).Select(value => value.Key).ToList();
            if (keys.Count == 0)
            {
                continue;
            }

            var parameters = new SqlParameters();
            var nan = kind == RunValueKind.Metric ? ", is_nan" : "";
            await using var command = parameters.ToCommand(connection, $"select run, key, value{nan} from {table} where run in {SqlList.Of(ids)} and key in {parameters.AddList(keys)}");
            await ReadAsync(command, row =>
            {
                if (kind == RunValueKind.Metric)
                {
                    metrics[row.GetInt64(0)].Add(row.GetString(1), row.GetInt64(3) == 1 ? double.NaN : row.GetDouble(2));
                    return;
                }

                texts[row.GetInt64(0)].Add(new RunValueName(kind, row.GetString(1)), row.GetString(2));
            });
        }

        return (metrics, texts);
    }

    private static async Task<bool> HasChildrenAsync(DbConnection connection, Run run)
    {
        var parameters = new SqlParameters();
        await using var command = parameters.ToCommand(connection, $"""
            select 1 from run_tags where experiment = {parameters.Add(run.Experiment)} and key = {parameters.Add(Parent)} and substr(value, 1, 64) = {parameters.Add(run.RunId)} limit 1
            """);
        return await command.ExecuteScalarAsync() is not null;
    }

    private static async Task ReadAsync(DbCommand command, Action<DbDataReader> read)
    {
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            read(reader);
        }
    }
}
