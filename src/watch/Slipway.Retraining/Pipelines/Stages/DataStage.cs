using System.Globalization;
using System.Text.Json.Nodes;
using Slipway.Core.Errors;
using Slipway.Datasets;
using Slipway.Training;

namespace Slipway.Retraining.Pipelines.Stages;

/// <summary>SQL to an immutable snapshot.</summary>
internal sealed class DataStage(IDatasets datasets) : IStage
{
    public string Name => "data";

    public async Task<StageOutcome> RunAsync(PipelineContext context, IProgress<TrainingProgress> progress, CancellationToken cancellationToken)
    {
        if (context.Config.Data is not { } data)
        {
            return StageOutcome.Skipped("no data: the artifact is finished");
        }

        var query = new DatasetQuery(context.Config.Model, data.Sql, context.Request.Folder, data.Time, data.Label) { AsOf = context.Request.AsOf };
        SnapshotResult snapshot;
        try
        {
            snapshot = await datasets.SnapshotAsync(query, context.Actor, cancellationToken);
        }
        catch (SlipwayException exception) when (DatasetQuery.LineOf(exception) is int line)
        {
            // DuckDB counts lines within the SQL; people look for them in their file.
            throw new SlipwayException(exception.Kind, $"{context.Request.File}({data.SqlLine + line - 1}): data.sql: {exception.Message}", exception);
        }

        var version = snapshot.Version;
        context.Dataset = version;
        var known = snapshot.Created ? "" : " (already known)";
        var before = query.AsOf is { } asOf ? $" before {DatasetQuery.Moment(asOf)}" : "";
        var sentence = string.Create(
            CultureInfo.InvariantCulture, $"{version.Rows:N0} rows{before}, {version.Columns.Count} columns, digest {version.Digest[..12]}{known}");
        return StageOutcome.Succeeded(sentence, new JsonObject
        {
            ["dataset"] = version.Name,
            ["digest"] = version.Digest,
            ["rows"] = version.Rows,
            ["columns"] = version.Columns.Count,
            ["created"] = snapshot.Created,
        });
    }

    /// <summary>The snapshot that the run began with: the project's files may have changed since.</summary>
    public async Task<bool> TryRestoreAsync(PipelineContext context, PipelineStage ended, CancellationToken cancellationToken)
    {
        if (context.Config.Data is not { } data)
        {
            return true;
        }

        var found = await datasets.FindAsync((string)ended.Facts["dataset"]!, (string)ended.Facts["digest"]!, cancellationToken);
        context.Dataset = found is null ? null : found with { Sql = data.Sql, Time = data.Time, Label = data.Label };
        return found is not null;
    }
}
