using System.Buffers;
using System.Text;
using Slipway.Core.Errors;
using Slipway.Core.Files;

namespace Slipway.Inference.Onnx;

/// <summary>
/// Looks through an ONNX file before ONNX Runtime sees it: that it is whole, and that every file it refers to for its weights lies inside its own folder. Tensors stand in the main graph,
/// in the attributes of nodes, in subgraphs of any depth, in functions and in training information; all of them are visited.
/// </summary>
internal sealed class OnnxFileCheck
{
    // ONNX nests a message in a message; protobuf's own readers stop at 100 too.
    private const int MaxDepth = 100;
    private const int MaxName = 4096;

    // What holds what, by field number, in onnx.proto.
    private static readonly Dictionary<(Message Parent, int Field), Message> Children = new()
    {
        [(Message.Model, 7)] = Message.Graph,
        [(Message.Model, 20)] = Message.Training,
        [(Message.Model, 25)] = Message.Function,
        [(Message.Training, 1)] = Message.Graph,
        [(Message.Training, 2)] = Message.Graph,
        [(Message.Function, 7)] = Message.Node,
        [(Message.Function, 11)] = Message.Attribute,
        [(Message.Graph, 1)] = Message.Node,
        [(Message.Graph, 5)] = Message.Tensor,
        [(Message.Graph, 15)] = Message.SparseTensor,
        [(Message.Node, 5)] = Message.Attribute,
        [(Message.Attribute, 5)] = Message.Tensor,
        [(Message.Attribute, 6)] = Message.Graph,
        [(Message.Attribute, 10)] = Message.Tensor,
        [(Message.Attribute, 11)] = Message.Graph,
        [(Message.Attribute, 22)] = Message.SparseTensor,
        [(Message.Attribute, 23)] = Message.SparseTensor,
        [(Message.SparseTensor, 1)] = Message.Tensor,
        [(Message.SparseTensor, 2)] = Message.Tensor,
        [(Message.Tensor, 13)] = Message.Entry,
    };

    // U+FFFD stands for bytes that are not UTF-8.
    private static readonly SearchValues<char> NeverInNames = SearchValues.Create("*%\\\uFFFD");

    private readonly ProtobufReader _reader;
    private readonly string _folder;
    private readonly string _name;
    private readonly SortedSet<string> _external = new(StringComparer.Ordinal);
    private bool _hasGraph;

    private OnnxFileCheck(ProtobufReader reader, string folder, string name)
    {
        _reader = reader;
        _folder = folder;
        _name = name;
    }

    private enum Message
    {
        Model,
        Graph,
        Node,
        Attribute,
        Tensor,
        SparseTensor,
        Function,
        Training,
        Entry,
    }

    /// <summary>Throws <see cref="ErrorKind.InvalidInput"/> unless the file is whole and stays inside its folder. Returns the files that it refers to.</summary>
    public static IReadOnlyList<string> Check(string path)
    {
        var name = Path.GetFileName(path);
        try
        {
            using var reader = new ProtobufReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0));
            if (reader.Length == 0)
            {
                throw new SlipwayException(ErrorKind.InvalidInput, $"{name} is empty.");
            }

            var check = new OnnxFileCheck(reader, Path.GetDirectoryName(Path.GetFullPath(path))!, name);
            check.Walk(Message.Model, reader.Length, 0);
            if (!check._hasGraph)
            {
                throw new InvalidDataException("it has no graph");
            }

            return [.. check._external];
        }
        catch (Exception error) when (error is InvalidDataException or EndOfStreamException)
        {
            throw new SlipwayException(ErrorKind.InvalidInput, $"{name} is no usable ONNX model: {error.Message}. Export it again.", error);
        }
    }

    private void Walk(Message message, long end, int depth)
    {
        if (depth > MaxDepth)
        {
            throw new InvalidDataException($"it nests deeper than {MaxDepth} levels");
        }

        while (_reader.TryReadField(end, out var number, out var contentEnd, out _))
        {
            if (contentEnd < 0)
            {
                continue;
            }

            if (!Children.TryGetValue((message, number), out var child))
            {
                _reader.Skip(contentEnd);
                continue;
            }

            _hasGraph |= message == Message.Model && child == Message.Graph;
            if (child == Message.Entry)
            {
                CheckEntry(contentEnd);
            }
            else
            {
                Walk(child, contentEnd, depth + 1);
            }
        }
    }

    // One key and value of a tensor's external data. A field that comes twice counts by its last, as protobuf has it.
    private void CheckEntry(long end)
    {
        byte[] key = [], value = [];
        while (_reader.TryReadField(end, out var number, out var contentEnd, out _))
        {
            if (contentEnd < 0)
            {
                continue;
            }

            var bytes = _reader.ReadBytes(contentEnd, MaxName);
            key = number == 1 ? bytes : key;
            value = number == 2 ? bytes : value;
        }

        if (key.AsSpan().SequenceEqual("location"u8))
        {
            CheckLocation(Encoding.UTF8.GetString(value));
        }
    }

    private void CheckLocation(string location)
    {
        // ONNX Runtime takes the location */_ORT_MEM_ADDR_/* for an address in its own memory, whether or not there is a file of that name. And it takes every name as it
        // stands: what the resolver would decode or replace must not come into question, or the file that is checked is not the one that is opened.
        if (location.AsSpan().ContainsAny(NeverInNames))
        {
            throw Outside(location, "which is no plain file name");
        }

        string file;
        try
        {
            file = SafePath.Resolve(_folder, location, "external data of the model");
        }
        catch (SlipwayException error) when (error.Kind == ErrorKind.InvalidInput)
        {
            throw Outside(location, "which is not inside the model's folder");
        }

        if (!File.Exists(file))
        {
            throw Outside(location, "and there is no such file beside it");
        }

        _external.Add(file);
    }

    private SlipwayException Outside(string location, string why) =>
        new(ErrorKind.InvalidInput, $"{_name} keeps weights in '{location}', {why}. Keep the external data of a model in files beside it.");
}
