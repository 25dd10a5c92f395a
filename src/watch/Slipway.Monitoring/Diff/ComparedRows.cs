using System.Globalization;
using Slipway.Datasets;
using Slipway.Inference;
using Slipway.Inference.Tensors;
using Slipway.Monitoring.Predictions;
using Slipway.Validation;

namespace Slipway.Monitoring.Diff;

/// <summary>Rows that two versions are asked for, wherever they come from.</summary>
internal abstract class ComparedRows
{
    private const int MostInputs = 12;
    private const int LongestValue = 40;

    /// <summary>Which rows these are.</summary>
    public required string Source { get; init; }

    /// <summary>How many.</summary>
    public abstract int Count { get; }

    /// <summary>What adds the inputs of some rows, as <see cref="ModelScorer.Predict"/> takes it.</summary>
    public abstract Action<TensorSet, int, int> FeedOf(ModelSignature signature);

    /// <summary>What people know the row by.</summary>
    public abstract string NameOf(int row);

    /// <summary>Its first inputs.</summary>
    public IReadOnlyDictionary<string, string> InputsOf(int row, ModelSignature signature) =>
        ValuesOf(row, signature).Take(MostInputs).ToDictionary(value => value.Name, value => Core.Text.Excerpt.Of(value.Value, LongestValue), StringComparer.Ordinal);

    protected abstract IEnumerable<(string Name, string Value)> ValuesOf(int row, ModelSignature signature);

    protected static string Text(object? value) => value switch
    {
        null => "–",
        double number => number.ToString("G6", CultureInfo.InvariantCulture),
        float number => number.ToString("G6", CultureInfo.InvariantCulture),
        object?[] several => $"[{string.Join(", ", several.Take(4).Select(Text))}{(several.Length > 4 ? " …" : "")}]",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "–",
    };
}

/// <summary>Rows of a snapshot.</summary>
internal sealed class SnapshotComparedRows(Table rows, IReadOnlyList<int> places, string? label) : ComparedRows
{
    public Table Rows => rows;

    public string? Label => label;

    public override int Count => rows.Rows;

    public override Action<TensorSet, int, int> FeedOf(ModelSignature signature) => new InputFeed(signature, rows, label).Write;

    public override string NameOf(int row) => places[row].ToString(CultureInfo.InvariantCulture);

    protected override IEnumerable<(string Name, string Value)> ValuesOf(int row, ModelSignature signature) => rows.Columns
        .Where(column => column.Name != label)
        .OrderBy(column => signature.Inputs.All(input => input.Name != column.Name))
        .Select(column => (column.Name, Text(column switch
        {
            NumberColumn numbers => double.IsNaN(numbers.Values[row]) ? null : numbers.Values[row],
            TextColumn texts => texts.At(row),
            TimeColumn times => times.Values[row]?.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture),
            _ => null,
        })));
}

/// <summary>Rows that callers sent.</summary>
internal sealed class RecordedComparedRows(IReadOnlyList<LoggedRow> rows) : ComparedRows
{
    public override int Count => rows.Count;

    public override Action<TensorSet, int, int> FeedOf(ModelSignature signature) =>
        (inputs, first, count) => ReplayInputs.Fill([.. rows.Skip(first).Take(count)], signature, inputs);

    public override string NameOf(int row) => rows[row].Id;

    protected override IEnumerable<(string Name, string Value)> ValuesOf(int row, ModelSignature signature) =>
        ValueReader.Read(rows[row].Batch.Inputs, rows[row].Row, signature.Inputs).Select(value => (value.Name, Text(value.Value)));
}
