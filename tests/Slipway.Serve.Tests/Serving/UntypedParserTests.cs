using System.Text;
using System.Text.Json;
using CsCheck;
using Slipway.Core.Errors;
using Slipway.Inference.Tensors;
using Slipway.Serving;
using Slipway.Serving.Routing;
using Slipway.Serving.Scoring;
using Slipway.Serving.TensorFlow;
using Slipway.Serving.Untyped;

namespace Slipway.Serve.Tests.Serving;

/// <summary>The parsers of the protocols without types, whatever the bytes are.</summary>
public sealed class UntypedParserTests
{
    private static readonly string[] Bodies =
    [
        """{"instances":[{"x":[1.5,-2],"n":9007199254740993,"t":"a\u00e9\n"},{"x":[null,NaN],"n":0,"t":{"b64":"AAEC"}}],"id":"7","sticky_key":["a","b"],"event_time":"2012-05-03"}""",
        """{"signature_name":"serving_default","inputs":{"x":[[1,2],[3,4]],"n":[1,2],"t":["a",null]},"segment.device":"mobile","timing":true}""",
        """{"dataframe_split":{"columns":["x","n","other","t"],"index":[0,1],"data":[[[1,2],3,{"a":[]},"b"],[[1,2],3,null,"b"]]},"params":{"a":[1,{"b":-Infinity}]}}""",
        """{"params":null,"dataframe_records":[{"x":[1e-7,2],"n":3,"t":"b","other":[[]]},{"t":null,"n":3,"x":[1,2]}]}""",
        "x,n,t\n1,2,\"a \"\"b\"\",\nc\"\r\n,+3,\n\"-.5e3\",4,d",
    ];

    private static readonly byte[] Signs = "[]{},:\"0.e-+ntfNI\\ \n\r"u8.ToArray();

    private static readonly ServedDeployment Route = Calls.Route(
        [new TensorSpec("x", TensorType.Float64, [-1, 2]), new TensorSpec("n", TensorType.Int64, [-1]), new TensorSpec("t", TensorType.Bytes, [-1])],
        [new TensorSpec("score", TensorType.Float64, [-1])],
        tabular: false);

    private static readonly ServedDeployment Table = Calls.Route(
        [new TensorSpec("x", TensorType.Float64, [-1]), new TensorSpec("n", TensorType.Int64, [-1]), new TensorSpec("t", TensorType.Bytes, [-1])],
        [new TensorSpec("score", TensorType.Float64, [-1])]);

    private enum Format
    {
        TensorFlow,
        Json,
        Csv,
    }

    [Fact]
    public void Mutated_requests_are_read_or_refused_with_a_sentence() => Gen.Select(Gen.Int[0, Bodies.Length - 1], Gen.Select(Gen.Int, Gen.Int[0, 5], Gen.Byte).Array[1, 6]).Sample(
        (body, edits) =>
        {
            var bytes = Edit(Encoding.UTF8.GetBytes(Bodies[body]), edits);
            foreach (var format in Enum.GetValues<Format>())
            {
                TryRead(format == Format.Csv ? Table : Route, bytes, format);
                TryRead(Table, bytes, format);
            }
        },
        iter: 4000);

    [Fact]
    public void What_is_accepted_is_JSON_but_for_the_words_of_Python() => Gen.Select(
        Gen.Int[0, Bodies.Length - 2], Gen.Select(Gen.Int, Gen.Int[0, 4], Gen.Int[0, Signs.Length - 1].Select(i => Signs[i])).Array[1, 3]).Sample(
        (body, edits) =>
        {
            var bytes = Edit(Encoding.UTF8.GetBytes(Bodies[body]), edits);
            if (!TryRead(Route, bytes, Format.TensorFlow) && !TryRead(Route, bytes, Format.Json))
            {
                return true;
            }

            var text = Encoding.UTF8.GetString(bytes).TrimStart('\uFEFF');
            using var json = JsonDocument.Parse(text.Replace("-Infinity", "null", StringComparison.Ordinal).Replace("Infinity", "null", StringComparison.Ordinal).Replace("NaN", "null", StringComparison.Ordinal));
            return json.RootElement.ValueKind == JsonValueKind.Object;
        },
        iter: 20_000);

    [Fact]
    public void Values_come_out_as_they_were_written_and_growing_loses_none()
    {
        const int Rows = 5000;
        using var call = Calls.Create(Table);
        call.Body.Append(Encoding.UTF8.GetBytes($"{{\"instances\":[{string.Join(',', Enumerable.Range(0, Rows).Select(i => $"{{\"t\":\"t{i}\",\"x\":{i}.25,\"n\":{long.MaxValue - i}}}"))}]}}"));

        Read(call, Table, Format.TensorFlow);

        Assert.Equal(["t", "x", "n"], Enumerable.Range(0, 3).Select(i => call.Inputs[i].Name));
        Assert.Equal(Enumerable.Range(0, Rows).Select(i => i + 0.25), call.Inputs[1].Values<double>().ToArray());
        Assert.Equal(Enumerable.Range(0, Rows).Select(i => long.MaxValue - i), call.Inputs[2].Values<long>().ToArray());
        Assert.Equal(Enumerable.Range(0, Rows).Select(i => $"t{i}"), call.Inputs[0].Items.ToArray().Select(t => Encoding.UTF8.GetString(t!.Value.Span)));
    }

    [Theory]
    [InlineData("{\"instances\":[[VALUES],[VALUES]]}", 1)]
    [InlineData("{\"inputs\":{\"x\":[[VALUES]]}}", 1)]
    [InlineData("{\"dataframe_split\":{\"columns\":[\"x\"],\"data\":[[[VALUES]]]}}", 2)]
    [InlineData("x\n1\n2.5\n\"3\"\n", 3)]
    public void In_steady_state_reading_allocates_next_to_nothing(string body, int form)
    {
        var format = (Format)(form - 1);
        var route = Calls.Route([new TensorSpec("x", TensorType.Float64, [-1, 30])], [new TensorSpec("score", TensorType.Float64, [-1])], tabular: false);
        var bytes = Encoding.UTF8.GetBytes(body.Replace("VALUES", string.Join(',', Enumerable.Range(0, 30).Select(i => $"{i}.37")), StringComparison.Ordinal));
        var fills = new InputFill[TensorFiller.Places(route.Stable.Names)];
        using var call = Calls.Create(route);
        void ReadOnce()
        {
            call.Start(route, null);
            call.Body.Append(bytes);
            fills.AsSpan().Clear();
            Read(call, route, format, fills);
            call.Abandon();
            call.Inputs.Clear();
            call.Body.Clear(1 << 20);
            call.Texts.Clear(1 << 20);
        }

        for (var i = 0; i < 10; i++)
        {
            ReadOnce();
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            ReadOnce();
        }

        // A table's head is an object and a list.
        var each = (GC.GetAllocatedBytesForCurrentThread() - before) / 100;
        Assert.True(each < (format == Format.TensorFlow ? 64 : 256), $"{each} bytes a request.");
    }

    private static bool TryRead(ServedDeployment route, byte[] bytes, Format format)
    {
        using var call = Calls.Create(route);
        call.Body.Append(bytes);
        try
        {
            Read(call, route, format);
            return true;
        }
        catch (SlipwayException e)
        {
            Assert.EndsWith(".", e.Message, StringComparison.Ordinal);
            return false;
        }
    }

    private static void Read(InferenceCall call, ServedDeployment route, Format format) =>
        Read(call, route, format, new InputFill[TensorFiller.Places(route.Stable.Names)]);

    private static void Read(InferenceCall call, ServedDeployment route, Format format, InputFill[] fills)
    {
        var filler = new TensorFiller(call, route.Stable.Names, fills, maxElements: 100_000) { IsLenient = format != Format.TensorFlow };
        filler.Finish(format switch
        {
            Format.TensorFlow => PredictRequest.Read(call, ref filler),
            Format.Json => ScoringRequest.Read(call, ref filler, out _),
            _ => CsvTable.Read(call, ref filler),
        });
    }

    private static byte[] Edit(byte[] body, IEnumerable<(int At, int Kind, byte Value)> edits)
    {
        var bytes = new List<byte>(body);
        foreach (var (place, kind, value) in edits)
        {
            var at = (int)((uint)place % (bytes.Count + 1));
            switch (kind)
            {
                case 0 when at < bytes.Count:
                    bytes[at] = value;
                    break;
                case 1:
                    bytes.Insert(at, value);
                    break;
                case 2 when at < bytes.Count:
                    bytes.RemoveAt(at);
                    break;
                case 3:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                case 4:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(value % 32, bytes.Count - at)));
                    break;
                default:
                    bytes.InsertRange(at, Enumerable.Repeat((byte)"[{\"9"[value % 4], value));
                    break;
            }
        }

        return [.. bytes];
    }
}
