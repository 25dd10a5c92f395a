using Slipway.Core.Errors;
using Slipway.Datasets;
using Slipway.Monitoring.Log;
using Slipway.Monitoring.Profiles;
using Slipway.Registry;
using Slipway.Statistics.Drift;

namespace Slipway.Monitoring.Diff;

/// <summary>Compares the data of two versions column by column: schema and profile from the snapshots' records, and how far the values moved from the rows.</summary>
internal sealed class DataComparison(IDatasets datasets)
{
    private static readonly DriftLimits Limits = new();

    public async Task<DataDiff> CompareAsync(ModelVersion a, ModelVersion b, CancellationToken cancellationToken)
    {
        var (before, after) = (await FindAsync(a, cancellationToken), await FindAsync(b, cancellationToken));
        var (sideA, sideB) = (Side(a, before), Side(b, after));
        if (sideA is null || sideB is null)
        {
            return new DataDiff(sideA, sideB, Same: false, [], sideA is null && sideB is null ? "The data of neither is known." : $"The data of {(sideA is null ? a : b).Reference} is not known.");
        }

        if ((sideA.Name, sideA.Digest) == (sideB.Name, sideB.Digest))
        {
            return new DataDiff(sideA, sideB, Same: true, [], null);
        }

        if (before is null || after is null)
        {
            return new DataDiff(sideA, sideB, Same: false, [], $"The snapshot of {(before is null ? a : b).Reference} is gone, so its columns cannot be compared.");
        }

        var psi = new Dictionary<string, double>(StringComparer.Ordinal);
        string? note = null;
        try
        {
            await MeasureAsync(before, after, psi, cancellationToken);
        }
        catch (SlipwayException e)
        {
            note = $"How far values moved is not known: {e.Message}";
        }

        return new DataDiff(sideA, sideB, Same: false, Columns(before, after, psi), note);
    }

    private async Task<DatasetVersion?> FindAsync(ModelVersion version, CancellationToken cancellationToken) =>
        version.Lineage is { Dataset: { } name, DatasetDigest: { } digest } ? await datasets.FindAsync(name, digest, cancellationToken) : null;

    private static DiffedData? Side(ModelVersion version, DatasetVersion? data) =>
        version.Lineage is { Dataset: { } name, DatasetDigest: { } digest } ? new DiffedData(name, digest, data?.Rows, data?.Columns.Count) : null;

    private async Task MeasureAsync(DatasetVersion before, DatasetVersion after, Dictionary<string, double> psi, CancellationToken cancellationToken)
    {
        var common = before.Columns.Where(column => column.Kind != ColumnKind.Time && after.Columns.Any(other => other.Name == column.Name && other.Kind == column.Kind)).Select(column => column.Name).ToList();
        if (common.Count == 0)
        {
            return;
        }

        var rowsA = SnapshotRows.Choose(await datasets.ReadAsync(before, common, cancellationToken));
        var rowsB = SnapshotRows.Choose(await datasets.ReadAsync(after, common, cancellationToken));
        await Task.Run(
            () =>
            {
                foreach (var name in common)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    if (Psi(name, SnapshotRows.Read(rowsA[name], type: null), rowsA.Rows, SnapshotRows.Read(rowsB[name], type: null), rowsB.Rows) is { } value)
                    {
                        psi.Add(name, value);
                    }
                }
            },
            cancellationToken);
    }

    private static double? Psi(string name, LoggedColumn? a, int rowsA, LoggedColumn? b, int rowsB)
    {
        if (a is null || b is null || ProfileColumn.Bin(a) is not { } bins)
        {
            return null;
        }

        var (before, after) = (new ColumnCounts(bins), new ColumnCounts(bins));
        for (var row = 0; row < rowsA; row++)
        {
            ProfileColumn.Add(before, a, row);
        }

        for (var row = 0; row < rowsB; row++)
        {
            ProfileColumn.Add(after, b, row);
        }

        return DriftTest.Compare(name, before, after, Limits, ordered: false).Psi is { } psi && double.IsFinite(psi) ? psi : null;
    }

    private static List<ColumnDiff> Columns(DatasetVersion a, DatasetVersion b, Dictionary<string, double> psi)
    {
        var columns = new List<ColumnDiff>();
        foreach (var column in a.Columns)
        {
            if (b.Columns.FirstOrDefault(other => other.Name == column.Name) is not { } other)
            {
                columns.Add(new ColumnDiff(column.Name, "removed", column.Type, null, Share(column, a), null, column.Mean, null, null));
            }
            else if (column.Type != other.Type)
            {
                columns.Add(Both("type", column, other));
            }
            else if (column.Missing != other.Missing || column.Mean != other.Mean || column.Distinct != other.Distinct || column.Minimum != other.Minimum || column.Maximum != other.Maximum)
            {
                columns.Add(Both("values", column, other));
            }
        }

        columns.AddRange(b.Columns.Where(column => a.Columns.All(other => other.Name != column.Name)).Select(column => new ColumnDiff(column.Name, "added", null, column.Type, null, Share(column, b), null, column.Mean, null)));
        return [.. columns.OrderBy(column => column.Change == "values").ThenByDescending(column => column.Psi ?? -1)];

        ColumnDiff Both(string change, ColumnProfile before, ColumnProfile after) => new(
            before.Name, change, before.Type, after.Type, Share(before, a), Share(after, b), before.Mean, after.Mean, psi.TryGetValue(before.Name, out var value) ? value : null);
    }

    private static double Share(ColumnProfile column, DatasetVersion data) => (double)column.Missing / data.Rows;
}
