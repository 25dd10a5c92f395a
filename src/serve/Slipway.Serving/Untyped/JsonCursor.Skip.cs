using System.Buffers;
using Slipway.Serving.OpenInference;

namespace Slipway.Serving.Untyped;

/// <content>Values that nobody needs.</content>
internal ref partial struct JsonCursor
{
    private static readonly SearchValues<byte> NumberBytes = SearchValues.Create("0123456789+-.eE"u8);

    /// <summary>Steps over a value that nobody needs, which must be right JSON all the same.</summary>
    public void SkipValue()
    {
        var objects = 0UL;
        var depth = 0;
        do
        {
            SkipSpace();
            if (IsNext((byte)'{') || IsNext((byte)'['))
            {
                if (depth == MaxDepth)
                {
                    throw Wrong($"values are nested more than {MaxDepth} deep");
                }

                var isObject = Json[At++] == '{';
                objects = (objects << 1) | (isObject ? 1UL : 0);
                depth++;
                SkipSpace();
                if (!IsNext(isObject ? (byte)'}' : (byte)']'))
                {
                    if (isObject)
                    {
                        ReadName();
                    }

                    continue;
                }
            }
            else
            {
                SkipScalar();
            }

            while (depth > 0)
            {
                SkipSpace();
                var isObject = (objects & 1) != 0;
                if (TryTake((byte)','))
                {
                    SkipSpace();
                    if (isObject)
                    {
                        ReadName();
                    }

                    break;
                }

                if (!TryTake(isObject ? (byte)'}' : (byte)']'))
                {
                    throw Wrong(isObject ? "',' or '}' was expected" : "',' or ']' was expected");
                }

                objects >>= 1;
                depth--;
            }
        }
        while (depth > 0);
    }

    private void SkipScalar()
    {
        if (IsNext((byte)'"'))
        {
            ReadString();
            return;
        }

        var length = NumberScanner.Scan(Rest, out double _);
        if (length == NumberScanner.OutOfRange)
        {
            var end = Rest.IndexOfAnyExcept(NumberBytes);
            length = end < 0 ? Rest.Length : end;
        }

        At += length > 0 ? length : WordLength(Rest);
    }

    private readonly int WordLength(ReadOnlySpan<byte> text) =>
        text.StartsWith("true"u8) || text.StartsWith("null"u8) ? 4
        : text.StartsWith("false"u8) ? 5
        : text.StartsWith("NaN"u8) ? 3
        : text.StartsWith("Infinity"u8) ? 8
        : text.StartsWith("-Infinity"u8) ? 9
        : throw Wrong("a value was expected");
}
