using System.Buffers;
using System.Text;

namespace Slipway.Monitoring.Log.Parquet.Format;

/// <summary>Writes structures by Thrift's compact protocol (Apache Thrift, thrift-compact-protocol.md), which Parquet's headers and footer are in.</summary>
internal sealed class CompactWriter
{
    private const int True = 1;
    private const int False = 2;
    private const int Int32 = 5;
    private const int Int64 = 6;
    private const int Binary = 8;
    private const int ListType = 9;
    private const int Struct = 12;

    private readonly ArrayBufferWriter<byte> _bytes = new();
    private readonly Stack<int> _outer = new();
    private int _last;

    public ReadOnlySpan<byte> Written => _bytes.WrittenSpan;

    /// <summary>Begins anew.</summary>
    public void Clear()
    {
        _bytes.ResetWrittenCount();
        _outer.Clear();
        _last = 0;
    }

    public void Number(int field, int value)
    {
        Head(field, Int32);
        ZigZag(value);
    }

    public void Number(int field, long value)
    {
        Head(field, Int64);
        ZigZag(value);
    }

    public void Flag(int field, bool value) => Head(field, value ? True : False);

    public void Text(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

    public void Bytes(int field, ReadOnlySpan<byte> value)
    {
        Head(field, Binary);
        Element(value);
    }

    /// <summary>Begins a structure, which <see cref="End"/> ends.</summary>
    public void Begin(int field)
    {
        Head(field, Struct);
        BeginElement();
    }

    /// <summary>A structure without members: one of a union that has nothing more to say.</summary>
    public void Empty(int field)
    {
        Begin(field);
        End();
    }

    /// <summary>Begins a structure that is an element of a list.</summary>
    public void BeginElement()
    {
        _outer.Push(_last);
        _last = 0;
    }

    /// <summary>Ends a structure; the outermost too.</summary>
    public void End()
    {
        Byte(0);
        _last = _outer.TryPop(out var last) ? last : 0;
    }

    /// <summary>A list of numbers.</summary>
    public void List(int field, params ReadOnlySpan<int> values)
    {
        ListHead(field, Int32, values.Length);
        foreach (var value in values)
        {
            ZigZag(value);
        }
    }

    /// <summary>A list of texts.</summary>
    public void List(int field, params ReadOnlySpan<string> values)
    {
        ListHead(field, Binary, values.Length);
        foreach (var value in values)
        {
            Element(Encoding.UTF8.GetBytes(value));
        }
    }

    /// <summary>A list of structures; each begins with <see cref="BeginElement"/>.</summary>
    public void StructList(int field, int count) => ListHead(field, Struct, count);

    private void ListHead(int field, int type, int count)
    {
        Head(field, ListType);
        if (count < 15)
        {
            Byte((count << 4) | type);
            return;
        }

        Byte(0xF0 | type);
        VarInt((ulong)count);
    }

    // Fields come in order, so that the distance is small.
    private void Head(int field, int type)
    {
        Byte(((field - _last) << 4) | type);
        _last = field;
    }

    private void Element(ReadOnlySpan<byte> value)
    {
        VarInt((ulong)value.Length);
        _bytes.Write(value);
    }

    private void ZigZag(long value) => VarInt((ulong)((value << 1) ^ (value >> 63)));

    private void VarInt(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            Byte((int)(value & 0x7F) | 0x80);
        }

        Byte((int)value);
    }

    private void Byte(int value)
    {
        _bytes.GetSpan(1)[0] = (byte)value;
        _bytes.Advance(1);
    }
}
