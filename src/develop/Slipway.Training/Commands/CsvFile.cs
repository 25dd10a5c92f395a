using System.Buffers;
using System.Globalization;
using System.Text;
using Slipway.Datasets;

namespace Slipway.Training.Commands;

/// <summary>
/// Rows as CSV (RFC 4180, UTF-8, line feeds): a header, numbers that read back exactly, times in ISO 8601 UTC, a missing value as nothing and an empty text as <c>""</c>. CSV,
/// because a program in any language reads it without a library.
/// </summary>
internal static class CsvFile
{
    private const int FlushLength = 1 << 16;

    private static readonly SearchValues<char> Special = SearchValues.Create(",\"\r\n");

    public static async Task WriteAsync(string path, Table table, int[] rows, CancellationToken cancellationToken)
    {
        await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 0, useAsync: true);
        await using var writer = new StreamWriter(file, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), FlushLength);
        var line = new StringBuilder();
        for (var c = 0; c < table.Columns.Count; c++)
        {
            line.Append(c == 0 ? "" : ",");
            AppendText(line, table.Columns[c].Name);
        }

        line.Append('\n');
        foreach (var row in rows)
        {
            for (var c = 0; c < table.Columns.Count; c++)
            {
                line.Append(c == 0 ? "" : ",");
                Append(line, table.Columns[c], row);
            }

            line.Append('\n');
            if (line.Length > FlushLength)
            {
                await writer.WriteAsync(line, cancellationToken);
                line.Clear();
            }
        }

        await writer.WriteAsync(line, cancellationToken);
    }

    private static void Append(StringBuilder line, Column column, int row)
    {
        switch (column)
        {
            case NumberColumn numbers when !double.IsNaN(numbers.Values[row]):
                line.Append(CultureInfo.InvariantCulture, $"{numbers.Values[row]:R}");
                break;
            case TimeColumn times when times.Values[row] is { } time:
                line.Append(CultureInfo.InvariantCulture, $"{time:yyyy-MM-dd'T'HH:mm:ss.FFFFFFF}Z");
                break;
            case TextColumn texts when texts.At(row) is { } text:
                AppendText(line, text);
                break;
        }
    }

    private static void AppendText(StringBuilder line, string text)
    {
        if (text.Length > 0 && !text.AsSpan().ContainsAny(Special))
        {
            line.Append(text);
            return;
        }

        line.Append('"').Append(text.Replace("\"", "\"\"", StringComparison.Ordinal)).Append('"');
    }
}
