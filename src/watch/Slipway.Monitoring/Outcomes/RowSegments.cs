using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Slipway.Monitoring.Log;

namespace Slipway.Monitoring.Outcomes;

/// <summary>The segments of one row, read from the columns of its batch when somebody asks: a dictionary a row would be larger than the row. The caller's own segments come before inputs.</summary>
internal sealed class RowSegments(PredictionBatch batch, int row) : IReadOnlyDictionary<string, string>
{
    public IEnumerable<string> Keys => this.Select(pair => pair.Key);

    public IEnumerable<string> Values => this.Select(pair => pair.Value);

    public int Count => Keys.Count();

    public string this[string key] => TryGetValue(key, out var value) ? value : throw new KeyNotFoundException($"The row has no segment '{key}'.");

    public bool ContainsKey(string key) => TryGetValue(key, out _);

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out string value)
    {
        value = batch.Segments.TryGetValue(key, out var given) ? given[row] : null;
        for (var i = 0; value is null && i < batch.Inputs.Count; i++)
        {
            value = batch.Inputs[i].Name == key ? Text(batch.Inputs[i]) : null;
        }

        return value is not null;
    }

    public IEnumerator<KeyValuePair<string, string>> GetEnumerator()
    {
        foreach (var (name, values) in batch.Segments)
        {
            if (values[row] is { } value)
            {
                yield return new KeyValuePair<string, string>(name, value);
            }
        }

        foreach (var input in batch.Inputs)
        {
            if (Text(input) is { } value && !(batch.Segments.TryGetValue(input.Name, out var given) && given[row] is not null))
            {
                yield return new KeyValuePair<string, string>(input.Name, value);
            }
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private string? Text(LoggedColumn column) => column switch
    {
        NumberValues { Values: var numbers } when !double.IsNaN(numbers[row]) => numbers[row].ToString("R", CultureInfo.InvariantCulture),
        TextValues texts => texts.Values[row],
        _ => null,
    };
}
