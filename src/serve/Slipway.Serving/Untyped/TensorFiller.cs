using System.Globalization;
using Slipway.Core.Errors;
using Slipway.Inference.Tensors;

namespace Slipway.Serving.Untyped;

/// <summary>
/// Fills a call's inputs with values that carry neither types nor shapes: the types are those of the version's signature, the shapes follow from how the values are nested. Each value goes
/// straight into its tensor, which grows as needed.
/// </summary>
internal ref partial struct TensorFiller
{
    /// <summary>The deepest that values are nested, below the rows.</summary>
    public const int MaxDepth = 15;

    private readonly InferenceCall _call;
    private readonly Span<InputFill> _fills;
    private readonly int _maxElements;
    private int _elements;

    /// <param name="call">The call to fill.</param>
    /// <param name="names">The signature that tells the types.</param>
    /// <param name="fills"><see cref="Places"/> of them, all empty.</param>
    /// <param name="maxElements">The most elements of all inputs together.</param>
    public TensorFiller(InferenceCall call, SignatureNames names, Span<InputFill> fills, int maxElements)
    {
        _call = call;
        Names = names;
        _fills = fills;
        _maxElements = maxElements;
    }

    /// <summary>The signature that tells the types.</summary>
    public SignatureNames Names { get; }

    /// <summary>The member of the request that is read, for messages.</summary>
    public string Member { get; set; } = "";

    /// <summary>The form in which the values came.</summary>
    public string Form { get; set; } = "";

    /// <summary>The row that is read.</summary>
    public int Row { get; set; }

    /// <summary>True where tables decide: a column that the model does not have is left out, and a row without one of its columns has a missing value there.</summary>
    public bool IsLenient { get; init; }

    /// <summary>How many <see cref="InputFill"/> a signature needs: one each, and one for the matrix.</summary>
    public static int Places(SignatureNames names) => names.Signature.Inputs.Count + 1;

    /// <summary>The place of the matrix, which takes a row of numbers as it comes.</summary>
    public readonly int Matrix => Names.Signature.Inputs.Count;

    /// <summary>The model's name, for messages.</summary>
    public readonly string Model => _call.Deployment;

    /// <summary>True when something of the input has come, or the table's head names it.</summary>
    public readonly bool HasCome(int input) => _fills[input].Tensor > 0 || _fills[input].InHead;

    /// <summary>Says that the table's head names the input.</summary>
    public readonly void Head(int input) => _fills[input].InHead = true;

    /// <summary>Reads an input's value of this row.</summary>
    public void ReadCell(scoped ref JsonCursor json, int input)
    {
        ref var fill = ref BeginCell(input);
        Read(ref json, input, ref fill, 0);
        fill.Rows++;
    }

    /// <summary>Reads an input as a whole, all its rows.</summary>
    public void ReadWhole(scoped ref JsonCursor json, int input)
    {
        ref var fill = ref _fills[input];
        Open(input, ref fill);
        fill.Rows = -1;
        Read(ref json, input, ref fill, 0);
    }

    /// <summary>Reads one element of a row that is a vector: the table's columns are the elements of one input.</summary>
    public void ReadElement(scoped ref JsonCursor json, int input, int element)
    {
        ref var fill = ref (element == 0 ? ref BeginCell(input) : ref _fills[input]);
        if (json.IsNext((byte)'['))
        {
            throw Bad(input, "is an array, but a column of a table has one value a row");
        }

        Read(ref json, input, ref fill, 1);
    }

    /// <summary>Says that the row, a vector, has this many elements.</summary>
    public readonly void EndVector(int input, int elements)
    {
        ref var fill = ref _fills[input];
        Settle(input, ref fill, 0, elements);
        fill.Rows++;
    }

    /// <summary>Says that there are this many rows, and gives every tensor its shape.</summary>
    public void Finish(int rows)
    {
        Span<long> shape = stackalloc long[MaxDepth + 2];
        for (var input = 0; input < _fills.Length; input++)
        {
            ref var fill = ref _fills[input];
            if (fill.Tensor == 0)
            {
                continue;
            }

            var rank = 0;
            if (fill.Rows >= 0)
            {
                FillMissing(input, ref fill, rows);
                shape[rank++] = rows;
            }

            for (var i = 0; i < fill.Depth - 1; i++)
            {
                shape[rank++] = fill.Shape[i] - 1;
            }

            // A column for a model that takes [N,1]: TensorFlow's own clients send its scalars flat.
            var spec = input < Matrix ? Names.Signature.Inputs[input] : null;
            if (spec is not null && spec.Shape.Count == rank + 1 && spec.Shape[^1] == 1)
            {
                shape[rank++] = 1;
            }

            _call.Inputs[fill.Tensor - 1].Resize(shape[..rank]);
        }
    }

    /// <summary>A value that is wrong, in words that say where it stands.</summary>
    public readonly SlipwayException Bad(int input, string problem) => JsonCursor.Bad($"{Where(input)} {problem}");

    /// <summary>The row that is read, for messages.</summary>
    public readonly string RowName => string.Create(CultureInfo.InvariantCulture, $"Row {Row} of \"{Member}\"");

    private readonly string Where(int input)
    {
        var name = input < Matrix ? $"Input '{JsonCursor.Short(Names.Signature.Inputs[input].Name)}'" : "The matrix";
        return _fills[input].Rows < 0
            ? string.Create(CultureInfo.InvariantCulture, $"{name}, element {_fills[input].Filled},")
            : string.Create(CultureInfo.InvariantCulture, $"{name} in row {Row} of \"{Member}\"");
    }

    private ref InputFill BeginCell(int input)
    {
        ref var fill = ref _fills[input];
        if (fill.Tensor == 0)
        {
            Open(input, ref fill);
        }

        if (fill.Rows > Row)
        {
            throw Bad(input, "is given twice");
        }

        if (fill.Rows < Row)
        {
            FillMissing(input, ref fill, Row);
        }

        return ref fill;
    }

    private readonly void Open(int input, scoped ref InputFill fill)
    {
        if (fill.Tensor > 0)
        {
            throw Bad(input, "is given twice");
        }

        if (input == Matrix)
        {
            _call.Inputs.Add(Member, TensorType.Float64, [0]);
        }
        else
        {
            var spec = Names.Signature.Inputs[input];
            _call.Inputs.Add(spec.Name, spec.Type, [0]);
        }

        fill.Tensor = _call.Inputs.Count;
    }

    // Rows that did not have the column.
    private void FillMissing(int input, scoped ref InputFill fill, int rows)
    {
        if (fill.Rows == rows)
        {
            return;
        }

        var type = _call.Inputs[fill.Tensor - 1].Type;
        var optional = IsLenient || (input < Matrix && Names.Signature.Inputs[input].Optional);
        if (!optional || fill.Depth > 1 || type is not (TensorType.Float16 or TensorType.Float32 or TensorType.Float64 or TensorType.Bytes))
        {
            Row = fill.Rows;
            throw Bad(input, "is missing");
        }

        for (fill.Depth = 1; fill.Rows < rows; fill.Rows++)
        {
            AddMissing(fill.Tensor - 1, ref fill);
        }
    }

    private void AddMissing(int tensor, scoped ref InputFill fill)
    {
        var target = _call.Inputs[tensor];
        if (fill.Filled == target.Count)
        {
            Grow(target);
        }

        switch (target.Type)
        {
            case TensorType.Float64:
                target.Values<double>()[fill.Filled] = double.NaN;
                break;
            case TensorType.Float32:
                target.Values<float>()[fill.Filled] = float.NaN;
                break;
            case TensorType.Float16:
                target.Values<Half>()[fill.Filled] = Half.NaN;
                break;
            default:
                target.Items[fill.Filled] = null;
                break;
        }

        CheckElements(1);
        _elements++;
        fill.Filled++;
    }

    private readonly void CheckElements(int more)
    {
        if (_elements + more > _maxElements)
        {
            throw new SlipwayException(
                ErrorKind.TooLarge, $"The request has more than {_maxElements} elements, the most that is taken at once. Send fewer rows a request.");
        }
    }

    // By doubling, and from the buffer that an earlier request left.
    private static void Grow(Tensor tensor)
    {
        const int First = 16;
        var count = Math.Max(First, tensor.Count < tensor.Capacity ? tensor.Capacity : 2L * tensor.Count);
        tensor.Resize([count]);
    }
}
