using Slipway.Serving.Untyped;

namespace Slipway.Serving.Scoring;

/// <summary>Reads a table as CSV: a line of names, then a line a row. An empty field is a missing value, and one of nothing but quotes is an empty text.</summary>
internal static class CsvTable
{
    /// <summary>Reads the call's body into its inputs, and returns the number of rows.</summary>
    public static int Read(InferenceCall call, scoped ref TensorFiller filler)
    {
        filler.Member = "text/csv";
        var csv = new CsvCursor(call);
        var head = new TableHead();
        if (!csv.NextRecord())
        {
            throw JsonCursor.Bad("The request is empty. Send a line with the columns' names and then a line a row");
        }

        while (csv.NextField(out var name, out _))
        {
            head.Add(ref filler, name.Span);
        }

        head.End(ref filler);
        for (filler.Row = 0; csv.NextRecord(); filler.Row++)
        {
            ReadRow(ref csv, ref filler, head);
        }

        return filler.Row > 0 ? filler.Row : throw JsonCursor.Bad($"The table has no rows, but {filler.Model} needs at least one");
    }

    private static void ReadRow(scoped ref CsvCursor csv, scoped ref TensorFiller filler, TableHead head)
    {
        var column = 0;
        for (; csv.NextField(out var field, out var quoted); column++)
        {
            if (column == head.Count)
            {
                throw JsonCursor.Bad($"Line {csv.Line} of the table has more fields than the {head.Count} columns");
            }

            if (head.IsVector)
            {
                filler.AddElement(0, column, field, quoted);
            }
            else if (head.TryGet(column, out var input))
            {
                filler.AddCell(input, field, quoted);
            }
        }

        if (column < head.Count)
        {
            throw JsonCursor.Bad($"Line {csv.Line} of the table has {column} fields for {head.Count} columns");
        }

        if (head.IsVector)
        {
            filler.EndVector(0, column);
        }
    }
}
