using System.Data.Common;
using System.Globalization;
using Slipway.Storage;
using Slipway.Tracking.Experiments;
using Slipway.Tracking.Search;

namespace Slipway.Tracking.Reading;

/// <summary>Reads pages of experiments with what is shown of them.</summary>
internal sealed class ExperimentTable(Database database, ExperimentStore experiments)
{
    // The newest first; counted no further than a page may cost.
    private const string LastRun = "select start_time from runs where experiment = {0} and ({1} or deleted_at is null) order by start_time desc limit 1";
    private const string Runs = "select count(*) from (select 1 from runs where experiment = {0} and ({1} or deleted_at is null) limit {2}) counted";

    public async Task<ExperimentPage> ListAsync(ExperimentSearch search, CancellationToken cancellationToken)
    {
        // In quotes of the grammar, where a quote and a backslash are doubled.
        var name = search.Name.Trim().Replace(@"\", @"\\", StringComparison.Ordinal).Replace("'", "''", StringComparison.Ordinal);
        var filter = name.Length == 0 ? null : $"name ILIKE '%{name}%'";
        var page = await database.ReadAsync(
            connection => RunTable.FindAsync(
                connection,
                search.Place,
                (token, backwards) => SearchQuery.ForExperiments(filter, ["last_update_time DESC"], RunTable.View(search.Shown), search.Size, token, backwards),
                cancellationToken),
            cancellationToken);
        return new ExperimentPage(await ReadAsync(page.Ids, cancellationToken), page.PreviousPageToken, page.NextPageToken);
    }

    public async Task<ExperimentSummary?> FindAsync(string id, CancellationToken cancellationToken) =>
        (await ReadAsync([ExperimentStore.NumberOf(id)], cancellationToken)) is [var found] ? found : null;

    private async Task<IReadOnlyList<ExperimentSummary>> ReadAsync(IReadOnlyList<long> ids, CancellationToken cancellationToken)
    {
        var found = await experiments.ListAsync(ids, cancellationToken);
        return await database.ReadAsync<IReadOnlyList<ExperimentSummary>>(
            async connection =>
            {
                var list = new List<ExperimentSummary>(found.Count);
                foreach (var (experiment, tags) in found)
                {
                    list.Add(new ExperimentSummary
                    {
                        Id = experiment.Id.ToString(CultureInfo.InvariantCulture),
                        Name = experiment.Name,
                        ArtifactLocation = experiment.ArtifactLocation,
                        CreatedAt = Moment.OrNone(experiment.CreatedAt),
                        UpdatedAt = Moment.OrNone(experiment.UpdatedAt),
                        IsDeleted = experiment.IsDeleted,
                        Tags = tags.ToDictionary(tag => tag.Key, tag => tag.Value),
                        Runs = (int)(await ReadAsync(connection, Runs, experiment))!.Value,
                        LastRunAt = await ReadAsync(connection, LastRun, experiment) is { } start ? Moment.Of(start) : null,
                    });
                }

                return list;
            },
            cancellationToken);
    }

    // Runs were deleted along with their experiment, so of a deleted one they count.
    private static async Task<long?> ReadAsync(DbConnection connection, string sql, Experiment experiment)
    {
        var parameters = new SqlParameters();
        var text = string.Format(
            CultureInfo.InvariantCulture, sql, parameters.Add(experiment.Id), experiment.IsDeleted ? "1 = 1" : "1 = 0", parameters.Add((long)ExperimentSummary.MostCounted + 1));
        await using var command = parameters.ToCommand(connection, text);
        return await command.ExecuteScalarAsync() is { } value and not DBNull ? Convert.ToInt64(value, CultureInfo.InvariantCulture) : null;
    }
}
