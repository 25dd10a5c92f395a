using System.Globalization;
using Slipway.Core.Errors;
using Slipway.Datasets;
using Slipway.Inference;
using Slipway.Inference.Tensors;
using Slipway.Monitoring.Predictions;
using Slipway.Registry;
using Slipway.Training;
using Slipway.Validation;

namespace Slipway.Monitoring.Diff;

/// <summary>Chooses the rows that two versions are compared on: those that a training held out, B's before A's; else what callers sent.</summary>
internal sealed class RowsChoice(IDatasets datasets)
{
    private static readonly string[] Split = ["split.by", "split.test", "seed"];

    /// <summary>The rows, or null with the reason why there are none.</summary>
    public async Task<(ComparedRows? Rows, string Reason)> ChooseAsync(ModelVersion a, ModelVersion b, IReadOnlyList<LoggedRow> recorded, CancellationToken cancellationToken)
    {
        var reasons = new List<string>();
        foreach (var owner in new[] { b, a })
        {
            try
            {
                if (await HeldOutAsync(owner, a, b, cancellationToken) is { } rows)
                {
                    return (rows, rows.Source);
                }
            }
            catch (SlipwayException e)
            {
                reasons.Add(e.Message);
            }
        }

        if (recorded.Count == 0)
        {
            reasons.Add("No data of either is known, and the log has no request of the first.");
            return (null, $"There are no rows that both take. {reasons[0]}");
        }

        var sent = new RecordedComparedRows(recorded) { Source = $"{Count(recorded.Count)} that the log has of callers of {a.Version}, the newest." };
        try
        {
            CheckFirst(sent, a);
            CheckFirst(sent, b);
            return (sent, sent.Source);
        }
        catch (SlipwayException e)
        {
            reasons.Add(e.Message);
            return (null, $"There are no rows that both take. {reasons[0]}");
        }
    }

    private static void CheckFirst(ComparedRows rows, ModelVersion version)
    {
        var inputs = new TensorSet();
        rows.FeedOf(version.Signature)(inputs, 0, 1);
        SignatureCheck.Apply(version.Signature, inputs, version.Reference.ToString());
    }

    private async Task<SnapshotComparedRows?> HeldOutAsync(ModelVersion owner, ModelVersion a, ModelVersion b, CancellationToken cancellationToken)
    {
        if (owner.Lineage is not { Dataset: { } name, DatasetDigest: { } digest } || await datasets.FindAsync(name, digest, cancellationToken) is not { } data)
        {
            return null;
        }

        var table = await datasets.ReadAsync(data, columns: null, cancellationToken);
        var held = HeldOutRows.Of(owner.Lineage.Recipe, table.Rows, data.Time is not null);
        int[] places = held ?? [.. Enumerable.Range(0, table.Rows)];
        if (data.Label is { } label && table.Columns.Any(column => column.Name == label))
        {
            places = Array.FindAll(places, row => Has(table[label], row));
        }

        var all = places.Length;
        places = Spread(places);
        if (places.Length == 0)
        {
            return null;
        }

        var rows = table.Take(places);

        // What one of them does not take is no row to compare on.
        _ = new InputFeed(a.Signature, rows, data.Label);
        _ = new InputFeed(b.Signature, rows, data.Label);
        return new SnapshotComparedRows(rows, places, data.Label) { Source = Tell(owner, a, b, held is not null, places.Length, all) };
    }

    private static string Tell(ModelVersion owner, ModelVersion a, ModelVersion b, bool held, int rows, int all)
    {
        var which = held ? $"that the training of {owner.Version} held out" : $"of the data of {owner.Version}, which may have learned from them";
        var part = rows < all ? string.Create(CultureInfo.InvariantCulture, $", spread over {all:N0}") : "";
        var other = owner == a ? b : a;
        var doubt = held && !SplitsAlike(a, b) ? $" {other.Version} has other data or another split and may have learned from some of them." : "";
        return $"{Count(rows)} {which}{part}.{doubt}";
    }

    private static bool SplitsAlike(ModelVersion a, ModelVersion b) =>
        a.Lineage.DatasetDigest == b.Lineage.DatasetDigest
        && Split.All(key => a.Lineage.Recipe.GetValueOrDefault(key) == b.Lineage.Recipe.GetValueOrDefault(key));

    // Evenly, since neighbours in time are alike.
    private static int[] Spread(int[] places) => places.Length <= IVersionDiffs.MaxRows
        ? places
        : [.. Enumerable.Range(0, IVersionDiffs.MaxRows).Select(i => places[(int)((long)i * places.Length / IVersionDiffs.MaxRows)])];

    private static bool Has(Column column, int row) => column switch
    {
        NumberColumn numbers => !double.IsNaN(numbers.Values[row]),
        TextColumn texts => texts.Codes[row] >= 0,
        _ => true,
    };

    private static string Count(int rows) => rows == 1 ? "1 row" : string.Create(CultureInfo.InvariantCulture, $"{rows:N0} rows");
}
