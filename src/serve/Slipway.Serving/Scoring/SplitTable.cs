using Slipway.Serving.Untyped;

namespace Slipway.Serving.Scoring;

/// <summary>Reads <c>dataframe_split</c>: the columns' names, and rows of values without them.</summary>
internal static class SplitTable
{
    /// <summary>Reads the object, and returns the number of rows.</summary>
    public static int Read(scoped ref JsonCursor json, scoped ref TensorFiller filler)
    {
        filler.Member = filler.Form;
        json.Enter((byte)'{', "\"dataframe_split\" must be an object with \"columns\" and \"data\"");
        TableHead? head = null;
        var dataAt = -1;
        var rows = -1;
        var index = -1;
        for (var first = true; json.NextMember(ref first, out var name);)
        {
            if (name.SequenceEqual("columns"u8))
            {
                head = head is null ? ReadHead(ref json, ref filler) : throw JsonCursor.Twice(name);
            }
            else if (name.SequenceEqual("data"u8))
            {
                if (dataAt >= 0)
                {
                    throw JsonCursor.Twice(name);
                }

                dataAt = json.At;
                if (head is not null)
                {
                    rows = ReadData(ref json, ref filler, head);
                }
                else
                {
                    // The columns come after the data: come back once they are known.
                    json.SkipValue();
                }
            }
            else if (name.SequenceEqual("index"u8))
            {
                index = index < 0 ? CountIndex(ref json) : throw JsonCursor.Twice(name);
            }
            else
            {
                json.SkipValue();
            }
        }

        if (dataAt < 0)
        {
            throw JsonCursor.Bad("\"dataframe_split\" has no \"data\"");
        }

        if (rows < 0)
        {
            var end = json.At;
            json.At = dataAt;
            rows = ReadData(ref json, ref filler, head ?? TableHead.Unnamed(ref filler));
            json.At = end;
        }

        return index < 0 || index == rows
            ? rows
            : throw JsonCursor.Bad($"\"dataframe_split\" has {index} values in \"index\", but {rows} rows in \"data\"");
    }

    private static TableHead ReadHead(scoped ref JsonCursor json, scoped ref TensorFiller filler)
    {
        var head = new TableHead();
        json.Enter((byte)'[', "\"columns\" of \"dataframe_split\" must be an array of names");
        for (var first = true; json.NextItem(ref first);)
        {
            if (json.IsNext((byte)'"'))
            {
                head.Add(ref filler, json.ReadString().Span);
                continue;
            }

            // Columns without names have numbers.
            var begin = json.At;
            json.SkipValue();
            var text = json.Json[begin..json.At];
            head.Add(ref filler, text[0] is not ((byte)'[' or (byte)'{') ? text : throw json.Wrong("a column of \"dataframe_split\" must have a text for a name"));
        }

        head.End(ref filler);
        return head;
    }

    private static int ReadData(scoped ref JsonCursor json, scoped ref TensorFiller filler, TableHead head)
    {
        json.Enter((byte)'[', "\"data\" of \"dataframe_split\" must be an array of rows");
        filler.Row = 0;
        for (var first = true; json.NextItem(ref first); filler.Row++)
        {
            if (!json.IsNext((byte)'['))
            {
                throw json.Wrong($"{filler.RowName} must be an array");
            }

            if (head.InOrder && filler.Names.Matrix)
            {
                filler.ReadCell(ref json, filler.Matrix);
            }
            else if (head.IsVector && head.Count == 0)
            {
                filler.ReadCell(ref json, 0);
            }
            else
            {
                ReadRow(ref json, ref filler, head);
            }
        }

        return filler.Row > 0 ? filler.Row : throw JsonCursor.Bad($"\"dataframe_split\" has no rows, but {filler.Model} needs at least one");
    }

    private static void ReadRow(scoped ref JsonCursor json, scoped ref TensorFiller filler, TableHead head)
    {
        json.At++;
        var column = 0;
        for (var first = true; json.NextItem(ref first); column++)
        {
            if (column == head.Count)
            {
                throw JsonCursor.Bad($"{filler.RowName} has more values than the {head.Count} columns");
            }

            if (head.IsVector)
            {
                filler.ReadElement(ref json, 0, column);
            }
            else if (head.TryGet(column, out var input))
            {
                filler.ReadCell(ref json, input);
            }
            else
            {
                json.SkipValue();
            }
        }

        if (column < head.Count)
        {
            throw JsonCursor.Bad($"{filler.RowName} has {column} values for {head.Count} columns");
        }

        if (head.IsVector)
        {
            filler.EndVector(0, column);
        }
    }

    private static int CountIndex(scoped ref JsonCursor json)
    {
        json.Enter((byte)'[', "\"index\" of \"dataframe_split\" must be an array");
        var count = 0;
        for (var first = true; json.NextItem(ref first); count++)
        {
            json.SkipValue();
        }

        return count;
    }
}
