namespace Slipway.Training.Commands;

/// <summary>The last lines that a program wrote, to either stream. However much it writes, only these are kept.</summary>
internal sealed class OutputTail
{
    private const int MaxLines = 10;
    private const int MaxLineLength = 300;

    private readonly Lock _lock = new();
    private readonly Queue<string> _lines = new();

    /// <summary>Reads a stream to its end.</summary>
    public async Task ReadAsync(StreamReader output)
    {
        // Not ReadLineAsync: a program that never ends its line would fill the memory.
        var buffer = new char[4096];
        var line = new char[MaxLineLength];
        var length = 0;
        int read;
        while ((read = await output.ReadAsync(buffer)) > 0)
        {
            for (var i = 0; i < read; i++)
            {
                if (buffer[i] is '\n' or '\r')
                {
                    Add(line.AsSpan(0, length));
                    length = 0;
                }
                else if (length < line.Length)
                {
                    line[length++] = char.IsControl(buffer[i]) ? ' ' : buffer[i];
                }
            }
        }

        Add(line.AsSpan(0, length));
    }

    /// <summary>The end of a message: what the program said last.</summary>
    public string Last()
    {
        lock (_lock)
        {
            return _lines.Count == 0 ? " It wrote nothing to its output." : $" Its last lines: {string.Join(" | ", _lines)}";
        }
    }

    private void Add(ReadOnlySpan<char> line)
    {
        var text = line.Trim();
        if (text.IsEmpty)
        {
            return;
        }

        lock (_lock)
        {
            _lines.Enqueue(text.ToString());
            if (_lines.Count > MaxLines)
            {
                _lines.Dequeue();
            }
        }
    }
}
