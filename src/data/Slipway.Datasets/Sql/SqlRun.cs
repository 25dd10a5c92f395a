using System.Globalization;
using System.Text;
using DuckDB.NET.Data;
using Slipway.Core.Errors;
using Slipway.Datasets.Duck;

namespace Slipway.Datasets.Sql;

/// <summary>Runs statements that hold a project's SQL, and says what DuckDB has against it in words for its author.</summary>
internal sealed class SqlRun(DatasetQuery query, ProjectSql sql, DatasetsOptions options)
{
    /// <summary>The project's SQL as a table. It stands on lines of its own, so that a comment at its end ends there.</summary>
    public string Rows { get; } = $"(\n{sql.Text}\n)";

    /// <summary>Does <paramref name="run"/>, whose statement is <paramref name="statement"/>.</summary>
    public T Do<T>(string statement, Func<string, T> run)
    {
        try
        {
            return run(statement);
        }
        catch (DuckDBException e)
        {
            throw Explain(e, statement);
        }
    }

    private SlipwayException Explain(DuckDBException exception, string statement)
    {
        var error = DuckError.From(exception);
        var message = InOneLine(error.Message);
        var line = LineOf(statement, error.Place);
        return error.Type switch
        {
            "Permission" => Input(
                $"The SQL of {query.Name} reads {Named(error.Message)} outside the project's folder, or through a link that leaves it. Copy the data into {query.Folder}."),
            "IO" when error.Message.StartsWith("No files found", StringComparison.Ordinal) => Input(
                $"The SQL of {query.Name} reads {Named(error.Message)}, but there is no such file in {query.Folder}."),
            "IO" or "Invalid Input" or "Conversion" or "Serialization" when line is null && IsAboutFile(error.Message) => Input($"The SQL of {query.Name} reads a file that cannot be read: {message}"),
            "Out of Memory" => new SlipwayException(
                ErrorKind.TooLarge,
                $"The SQL of {query.Name} needs more than datasets.memoryMegabytes ({options.MemoryMegabytes}) and datasets.diskMegabytes ({options.DiskMegabytes}): {message}",
                exception),
            _ => new SqlPlaces(query, sql.Text).Error(line, message, exception),
        };

        SlipwayException Input(string text) => new(ErrorKind.InvalidInput, text, exception);
    }

    // The place counts from the start of the statement, in which the project's SQL is a part; completed file names are longer, but lie on the same lines.
    private int? LineOf(string statement, int? place)
    {
        var start = statement.IndexOf(Rows, StringComparison.Ordinal);
        if (place is null || start < 0)
        {
            return null;
        }

        var before = Encoding.UTF8.GetByteCount(statement.AsSpan(0, start)) + 2;
        return place < before || place > before + Encoding.UTF8.GetByteCount(sql.Text) ? null : new SqlPlaces(query, sql.Text).LineOfByte(place.Value - before);
    }

    private static bool IsAboutFile(string message) =>
        message.Contains("file", StringComparison.OrdinalIgnoreCase) || message.Contains("CSV", StringComparison.Ordinal) || message.Contains("GZIP", StringComparison.Ordinal);

    private string Named(string message)
    {
        var from = message.IndexOf('"', StringComparison.Ordinal);
        var to = message.IndexOf('"', from + 1);
        return from < 0 || to < 0 ? "a file" : $"'{Relative(message[(from + 1)..to])}'";
    }

    // DuckDB's messages go on with every reader option: what comes before the first empty line says it.
    private string InOneLine(string message)
    {
        var head = message.Split("\n\n")[0].Split("\nPossible ")[0];
        var text = Relative(string.Join(' ', head.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))).TrimEnd('.');
        return string.Create(CultureInfo.InvariantCulture, $"{(text.Length > 500 ? text[..500] + "…" : text)}.");
    }

    private string Relative(string text) => text.Replace(Path.TrimEndingDirectorySeparator(query.Folder) + "/", "", StringComparison.Ordinal);
}
