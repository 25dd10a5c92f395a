using System.Globalization;
using System.IO.Compression;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Slipway.Serving.Protocols;

/// <summary>How an answer may be packed, by what the caller says of it (<c>Accept-Encoding</c>, RFC 9110, 12.5.3).</summary>
internal readonly struct AnswerPacking
{
    private readonly Coding _coding;
    private readonly bool _plainAllowed;

    private AnswerPacking(Coding coding, bool plainAllowed)
    {
        _coding = coding;
        _plainAllowed = plainAllowed;
    }

    private enum Coding
    {
        None,
        Gzip,
        Deflate,
    }

    /// <summary>True when the caller takes neither a packed answer nor one as it is.</summary>
    public bool IsImpossible => _coding == Coding.None && !_plainAllowed;

    /// <summary>Chooses the coding with the highest q-value; of equal ones gzip, then deflate. Plain is chosen only where the caller prefers it.</summary>
    public static AnswerPacking Of(StringValues accepted)
    {
        if (accepted.Count == 0)
        {
            return new AnswerPacking(Coding.None, plainAllowed: true);
        }

        // Null: not named.
        double? gzip = null, deflate = null, plain = null, rest = null;
        foreach (var line in accepted)
        {
            foreach (var range in line.AsSpan().Split(','))
            {
                Read(line.AsSpan()[range], ref gzip, ref deflate, ref plain, ref rest);
            }
        }

        var best = Math.Max(gzip ?? rest ?? 0, deflate ?? rest ?? 0);
        var plainAllowed = (plain ?? rest ?? 1) > 0;
        if (best == 0 || plain > best)
        {
            return new AnswerPacking(Coding.None, plainAllowed);
        }

        return new AnswerPacking((gzip ?? rest ?? 0) >= best ? Coding.Gzip : Coding.Deflate, plainAllowed);
    }

    /// <summary>True when an answer of so many bytes goes packed: it is large enough to gain by it, or the caller takes nothing else.</summary>
    public bool Packs(int length, int from) => _coding != Coding.None && (length >= from || !_plainAllowed);

    /// <summary>Sends an answer packed. Its length is not known before, so it goes in chunks.</summary>
    public async Task WriteAsync(HttpResponse response, ReadOnlyMemory<byte> answer, TimeSpan stall)
    {
        response.Headers.ContentEncoding = _coding == Coding.Gzip ? "gzip" : "deflate";
        response.Headers.Vary = "Accept-Encoding";
        await using Stream packed = _coding == Coding.Gzip
            ? new GZipStream(response.Body, CompressionLevel.Fastest, leaveOpen: true)
            : new ZLibStream(response.Body, CompressionLevel.Fastest, leaveOpen: true);
        await LargeAnswer.WriteAsync(response.HttpContext, packed, answer, stall);
    }

    private static void Read(ReadOnlySpan<char> element, ref double? gzip, ref double? deflate, ref double? plain, ref double? rest)
    {
        var end = element.IndexOf(';');
        var name = (end < 0 ? element : element[..end]).Trim();
        var weight = 1.0;
        if (end >= 0 && !TryReadWeight(element[(end + 1)..], out weight))
        {
            // What cannot be understood says nothing.
            return;
        }

        if (name.Equals("gzip", StringComparison.OrdinalIgnoreCase) || name.Equals("x-gzip", StringComparison.OrdinalIgnoreCase))
        {
            gzip = weight;
        }
        else if (name.Equals("deflate", StringComparison.OrdinalIgnoreCase))
        {
            deflate = weight;
        }
        else if (name.Equals("identity", StringComparison.OrdinalIgnoreCase))
        {
            plain = weight;
        }
        else if (name is "*")
        {
            rest = weight;
        }
    }

    private static bool TryReadWeight(ReadOnlySpan<char> parameter, out double weight)
    {
        parameter = parameter.Trim();
        weight = 0;
        return parameter.StartsWith("q=", StringComparison.OrdinalIgnoreCase)
            && double.TryParse(parameter[2..], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out weight)
            && weight is >= 0 and <= 1;
    }
}
