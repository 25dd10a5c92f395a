using System.Text;
using Slipway.Serving.Untyped;

namespace Slipway.Serving.Scoring;

/// <summary>The columns of a table as it was sent, and the inputs that they are.</summary>
internal sealed class TableHead
{
    private const int Dropped = -1;

    private readonly List<int> _inputs = [];
    private bool _inOrder = true;
    private bool _known;

    /// <summary>How many columns there are.</summary>
    public int Count => _inputs.Count;

    /// <summary>True when the columns are the elements of the model's only input, a matrix.</summary>
    public bool IsVector { get; private set; }

    /// <summary>True when the columns are exactly the model's, in its order.</summary>
    public bool InOrder { get; private set; }

    /// <summary>The columns of a table that names none: the model's, in its order.</summary>
    public static TableHead Unnamed(scoped ref TensorFiller filler)
    {
        var head = new TableHead { IsVector = filler.IsVector };
        if (!head.IsVector)
        {
            head._inputs.AddRange(Enumerable.Range(0, filler.Names.Signature.Inputs.Count));
            head.InOrder = true;
        }

        return head;
    }

    /// <summary>Adds the next column.</summary>
    public void Add(scoped ref TensorFiller filler, ReadOnlySpan<byte> name)
    {
        var input = filler.Names.Inputs.Find(name, _inputs.Count);
        if (input >= 0)
        {
            if (filler.HasCome(input))
            {
                throw JsonCursor.Bad($"The table has the column '{JsonCursor.Short(Encoding.UTF8.GetString(name))}' twice");
            }

            filler.Head(input);
            _known = true;
        }

        _inOrder &= input == _inputs.Count;
        _inputs.Add(Math.Max(input, Dropped));
    }

    /// <summary>Says that there are no more columns.</summary>
    public void End(scoped ref TensorFiller filler)
    {
        IsVector = filler.IsVector && !_known;
        InOrder = _inOrder && Count == filler.Names.Signature.Inputs.Count;
    }

    /// <summary>The input of a column; false for one that the model does not have.</summary>
    public bool TryGet(int column, out int input)
    {
        input = _inputs[column];
        return input != Dropped;
    }
}
