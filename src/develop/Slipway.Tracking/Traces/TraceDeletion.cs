using System.Globalization;
using Slipway.Storage;
using Slipway.Tracking.Artifacts;
using Slipway.Tracking.Experiments;

namespace Slipway.Tracking.Traces;

/// <summary>Deletes traces for good, with their tags, assessments, spans and files.</summary>
internal sealed class TraceDeletion(ArtifactTable files)
{
    /// <summary>How many are deleted in one transaction: the only writer is free again for others in between.</summary>
    public const int Part = 500;

    /// <summary>The oldest traces of an experiment up to a moment.</summary>
    public Task<int> DeleteOldestAsync(WriteTransaction transaction, Experiment experiment, long latest, int most)
    {
        const string Sql = "select id as Id, trace_id as TraceId from traces where experiment = @id and request_time <= @latest order by request_time, trace_id desc limit @most";

        return DeleteAsync(transaction, experiment, Sql, new { id = experiment.Id, latest, most });
    }

    /// <summary>Those of some traces that are in an experiment.</summary>
    public Task<int> DeleteAsync(WriteTransaction transaction, Experiment experiment, IReadOnlyList<string> traceIds)
    {
        var parameters = new SqlParameters();
        var sql = $"select id as Id, trace_id as TraceId from traces where experiment = {parameters.Add(experiment.Id)} and trace_id in {parameters.AddList(traceIds)}";
        return DeleteAsync(transaction, experiment, sql, parameters.Values);
    }

    private async Task<int> DeleteAsync(WriteTransaction transaction, Experiment experiment, string sql, object parameters)
    {
        var found = await transaction.QueryAsync<Found>(sql, parameters);
        foreach (var trace in found)
        {
            // The place that the server gave it, not its tag: whoever may change a tag would name the files of others.
            var location = Trace.ArtifactLocation(experiment, trace.TraceId);
            if (location.StartsWith(ArtifactLocation.Scheme, StringComparison.Ordinal))
            {
                await files.DeleteAsync(transaction, ArtifactPath.OfFolder(location[ArtifactLocation.Scheme.Length..].TrimStart('/')));
            }
        }

        var list = string.Join(',', found.Select(trace => trace.Id.ToString(CultureInfo.InvariantCulture)));
        return found.Count == 0 ? 0 : await transaction.ExecuteAsync($"delete from traces where id in ({list})");
    }

    private sealed record Found(long Id, string TraceId);
}
