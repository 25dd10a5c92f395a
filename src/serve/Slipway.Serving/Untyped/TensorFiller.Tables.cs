using System.Text;
using Slipway.Core.Errors;

namespace Slipway.Serving.Untyped;

/// <content>Rows and columns of JSON.</content>
internal ref partial struct TensorFiller
{
    private const int None = -1;

    /// <summary>Reads an array of rows: each an object of inputs by name, or the value of the only input, or the columns of a table in their order.</summary>
    /// <returns>How many there are.</returns>
    public int ReadRows(scoped ref JsonCursor json, string member)
    {
        Member = member;
        Row = 0;
        if (!json.TryTake((byte)'['))
        {
            throw json.Wrong($"\"{member}\" must be an array of rows");
        }

        var asVector = false;
        for (var first = true; json.NextItem(ref first); Row++)
        {
            if (!json.IsNext((byte)'{') || json.IsBase64())
            {
                ReadRow(ref json);
            }
            else if (asVector || (Row == 0 && IsLenient && IsVector && !StartsWithInput(json)))
            {
                asVector = true;
                ReadVector(ref json);
            }
            else
            {
                ReadNamed(ref json);
            }
        }

        return Row > 0 ? Row : throw JsonCursor.Bad($"\"{member}\" is empty, but {Model} needs at least one row");
    }

    /// <summary>Reads inputs as a whole: an object of them by name, or the only input, or a table in its order.</summary>
    /// <returns>How many rows there are, where the values came by rows; else 0.</returns>
    public int ReadColumns(scoped ref JsonCursor json, string member)
    {
        Member = member;
        if (json.IsNext((byte)'{') && !json.IsBase64())
        {
            ReadNamedColumns(ref json);
            return 0;
        }

        if (json.IsNext((byte)'[') && (IsMixedTable || IsArrayOfObjects(json)))
        {
            return ReadRows(ref json, member);
        }

        ReadWhole(ref json, OnlyInput(json));
        return 0;
    }

    /// <summary>Reads an object of inputs that have one value for all rows, and that no row has.</summary>
    public void ReadShared(scoped ref JsonCursor json, string member, int rows)
    {
        Member = member;
        if (!json.TryTake((byte)'{'))
        {
            throw json.Wrong($"\"{member}\" must be an object");
        }

        var expected = 0;
        for (var first = true; json.NextMember(ref first, out var name);)
        {
            var input = Find(name, expected);
            if (input == None)
            {
                json.SkipValue();
                continue;
            }

            if (HasCome(input))
            {
                throw JsonCursor.Bad($"Input '{JsonCursor.Short(Names.Inputs[input])}' stands in \"{member}\" and somewhere else. One of them is enough");
            }

            // There is one value, and the rows are as many as the request's own: read again, it needs no copy by type.
            var begin = json.At;
            for (Row = 0; Row < rows; Row++)
            {
                json.At = begin;
                ReadCell(ref json, input);
            }

            expected = input + 1;
        }
    }

    /// <summary>True when the columns of a table are the elements of the only input: a model of one matrix.</summary>
    public readonly bool IsVector => !Names.Signature.Tabular && Names.Signature.Inputs is [{ Shape.Count: >= 2 }];

    // Columns of several types, which no matrix holds.
    private readonly bool IsMixedTable => Names.Signature.Tabular && !Names.Matrix && Names.Signature.Inputs.Count > 1;

    private static bool IsArrayOfObjects(JsonCursor json)
    {
        json.At++;
        json.SkipSpace();
        return json.IsNext((byte)'{') && !json.IsBase64();
    }

    private readonly bool StartsWithInput(JsonCursor json)
    {
        json.At++;
        var first = true;
        return json.NextMember(ref first, out var name) && Names.Inputs.Find(name, 0) >= 0;
    }

    private readonly int OnlyInput(scoped in JsonCursor json)
    {
        if (Names.Matrix)
        {
            return Matrix;
        }

        return Names.Signature.Inputs.Count == 1
            ? 0
            : throw JsonCursor.Bad($"\"{Member}\" must be an object at byte {json.At}, for {Model} takes {Names.Signature.Inputs.Count} inputs: {Names.Listed}");
    }

    private void ReadRow(scoped ref JsonCursor json)
    {
        if (!Names.Signature.Tabular || Names.Signature.Inputs.Count == 1)
        {
            ReadCell(ref json, OnlyInput(json));
            return;
        }

        if (!json.IsNext((byte)'['))
        {
            throw json.Wrong($"{RowName} must be an array of {Names.Signature.Inputs.Count} columns or an object of them by name: {Names.Listed}");
        }

        if (Names.Matrix)
        {
            ReadCell(ref json, Matrix);
            return;
        }

        json.At++;
        var column = 0;
        for (var first = true; json.NextItem(ref first); column++)
        {
            if (column == Matrix)
            {
                throw JsonCursor.Bad($"{RowName} has more than the {column} columns that {Model} takes: {Names.Listed}");
            }

            ReadCell(ref json, column);
        }

        if (column < Matrix)
        {
            throw JsonCursor.Bad($"{RowName} has {column} columns, but {Model} takes {Matrix}: {Names.Listed}");
        }
    }

    private void ReadNamed(scoped ref JsonCursor json)
    {
        json.At++;
        var expected = 0;
        for (var first = true; json.NextMember(ref first, out var name);)
        {
            var input = Find(name, expected);
            if (input == None)
            {
                json.SkipValue();
                continue;
            }

            ReadCell(ref json, input);
            expected = input + 1;
        }
    }

    private void ReadNamedColumns(scoped ref JsonCursor json)
    {
        json.At++;
        var expected = 0;
        for (var first = true; json.NextMember(ref first, out var name);)
        {
            var input = Find(name, expected);
            if (input == None)
            {
                json.SkipValue();
                continue;
            }

            ReadWhole(ref json, input);
            expected = input + 1;
        }
    }

    private void ReadVector(scoped ref JsonCursor json)
    {
        json.At++;
        var element = 0;
        for (var first = true; json.NextMember(ref first, out _); element++)
        {
            ReadElement(ref json, 0, element);
        }

        if (element == 0)
        {
            throw JsonCursor.Bad($"{RowName} is empty");
        }

        EndVector(0, element);
    }

    private readonly int Find(scoped ReadOnlySpan<byte> name, int expected)
    {
        var input = Names.Inputs.Find(name, expected);
        if (input < 0 && !IsLenient)
        {
            throw new SlipwayException(
                ErrorKind.InvalidInput, $"\"{Member}\" has '{JsonCursor.Short(Encoding.UTF8.GetString(name))}', which is none of the inputs of {Model}: {Names.Listed}.");
        }

        return input;
    }
}
