using System.Globalization;
using System.Net;
using System.Text.Json;
using CsCheck;
using Slipway.Inference.Tensors;

namespace Slipway.Serve.Tests.Serving;

/// <summary>One data plane: whatever the protocol and its form, the same values give the same answer.</summary>
public sealed class ProtocolAgreementTests(OtherServers servers) : IClassFixture<OtherServers>
{
    // What the model of every datatype calls them.
    private static readonly (string Name, TensorType Type)[] Inputs =
    [
        ("bool", TensorType.Bool), ("uint8", TensorType.UInt8), ("uint16", TensorType.UInt16), ("uint32", TensorType.UInt32), ("uint64", TensorType.UInt64), ("int8", TensorType.Int8),
        ("int16", TensorType.Int16), ("int32", TensorType.Int32), ("int64", TensorType.Int64), ("fp16", TensorType.Float16), ("fp32", TensorType.Float32), ("fp64", TensorType.Float64),
        ("text", TensorType.Bytes),
    ];

    // 13 inputs, up to 4 rows, 2 elements a row.
    private static readonly Gen<(int Rows, ulong[] Seeds, string[] Texts)> Requests = Gen.Select(Gen.Int[1, 4], Gen.ULong.Array[13 * 8], Gen.String[0, 6].Array[8]);

    private static readonly Gen<(int Rows, double[] Numbers, int[] Seasons)> Tables = Gen.Select(
        Gen.Int[1, 4], Gen.OneOf(Gen.Double[-50, 50], Gen.Int[-20, 40].Select(i => (double)i)).Array[4], Gen.Int[0, 4].Array[4]);

    private static readonly string[] Seasons = ["winter", "spring", "summer", "autumn", "never"];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public Task Any_tensors_are_answered_alike_by_v2_v1_rows_v1_columns_and_MLflow() => Requests.SampleAsync(
        async request =>
        {
            var (rows, seeds, texts) = request;
            var columns = Inputs.Select((input, i) => Enumerable.Range(0, rows)
                .Select(r => $"[{string.Join(',', Enumerable.Range(2 * r, 2).Select(e => Element(input.Type, seeds[(i * 8) + e], texts[e])))}]").ToArray()).ToArray();
            var byRow = string.Join(',', Enumerable.Range(0, rows).Select(r => $"{{{string.Join(',', Inputs.Select((input, i) => $"\"{input.Name}\":{columns[i][r]}"))}}}"));
            var byColumn = string.Join(',', Inputs.Select((input, i) => $"\"{input.Name}\":[{string.Join(',', columns[i])}]"));
            var names = string.Join(',', Inputs.Select(input => $"\"{input.Name}\""));
            var split = string.Join(',', Enumerable.Range(0, rows).Select(r => $"[{string.Join(',', columns.Select(c => c[r]))}]"));
            var v2 = string.Join(',', Inputs.Select((input, i) =>
                $"{{\"name\":\"{input.Name}\",\"datatype\":\"{input.Type.WireName()}\",\"shape\":[{rows},2],\"data\":[{string.Join(',', columns[i])}]}}"));

            var expected = Flat((await OkAsync("/v2/models/types/infer", $"{{\"inputs\":[{v2}]}}")).GetProperty("outputs"), o => o.GetProperty("name").GetString()!, o => o.GetProperty("data"));
            var answers = new[]
            {
                ByRow((await OkAsync("/v1/models/types:predict", $"{{\"instances\":[{byRow}]}}")).GetProperty("predictions")),
                ByColumn((await OkAsync("/v1/models/types:predict", $"{{\"inputs\":{{{byColumn}}}}}")).GetProperty("outputs")),
                ByColumn(await InvokeAsync("types", $"{{\"instances\":[{byRow}]}}")),
                ByColumn(await InvokeAsync("types", $"{{\"inputs\":{{{byColumn}}}}}")),
                ByColumn(await InvokeAsync("types", $"{{\"dataframe_records\":[{byRow}]}}")),
                ByColumn(await InvokeAsync("types", $"{{\"dataframe_split\":{{\"data\":[{split}],\"columns\":[{names}]}}}}")),
            };
            Assert.All(answers, answer => Assert.Equal(expected, answer));
        },
        iter: 60);

    [Fact]
    public Task Any_table_is_answered_alike_by_v2_v1_MLflow_and_CSV() => Tables.SampleAsync(
        async table =>
        {
            var temps = table.Numbers.Take(table.Rows).Select(t => t.ToString("R", CultureInfo.InvariantCulture)).ToArray();
            var seasons = table.Seasons.Take(table.Rows).Select(s => Seasons[s]).ToArray();
            var quoted = seasons.Select(s => $"\"{s}\"").ToArray();
            var records = string.Join(',', temps.Zip(quoted, (t, s) => $"{{\"temp\":{t},\"season\":{s}}}"));
            var arrays = string.Join(',', temps.Zip(quoted, (t, s) => $"[{t},{s}]"));
            var columns = $"{{\"temp\":[{string.Join(',', temps)}],\"season\":[{string.Join(',', quoted)}]}}";
            var v2 = $"{{\"name\":\"temp\",\"datatype\":\"FP64\",\"shape\":[{table.Rows}],\"data\":[{string.Join(',', temps)}]}},"
                + $"{{\"name\":\"season\",\"datatype\":\"BYTES\",\"shape\":[{table.Rows}],\"data\":[{string.Join(',', quoted)}]}}";
            var csv = "season,temp\n" + string.Join('\n', seasons.Zip(temps, (s, t) => $"{s},{t}"));

            var expected = (await OkAsync("/v2/models/bikes/infer", $"{{\"inputs\":[{v2}]}}")).GetProperty("outputs")[0].GetProperty("data").GetRawText();
            var answers = new[]
            {
                (await OkAsync("/v1/models/bikes:predict", $"{{\"instances\":[{records}]}}")).GetProperty("predictions"),
                (await OkAsync("/v1/models/bikes:predict", $"{{\"instances\":[{arrays}]}}")).GetProperty("predictions"),
                (await OkAsync("/v1/models/bikes:predict", $"{{\"inputs\":{columns}}}")).GetProperty("outputs"),
                (await OkAsync("/v1/models/bikes:regress", $"{{\"examples\":[{records}]}}")).GetProperty("results"),
                await InvokeAsync("bikes", $"{{\"dataframe_records\":[{records}]}}"),
                await InvokeAsync("bikes", $"{{\"dataframe_split\":{{\"columns\":[\"temp\",\"season\"],\"data\":[{arrays}]}}}}"),
                await InvokeAsync("bikes", $"{{\"inputs\":{columns}}}"),
                await InvokeAsync("bikes", csv, "text/csv"),
            };
            Assert.All(answers, answer => Assert.Equal(expected, answer.GetRawText()));
        },
        iter: 60);

    private async Task<JsonElement> OkAsync(string path, string body)
    {
        var answer = await servers.Server.PostAsync(path, body, Cancel);
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Json.GetRawText());
        return answer.Json;
    }

    private async Task<JsonElement> InvokeAsync(string model, string body, string type = "application/json")
    {
        var answer = await servers.InvokeAsync(model, body, type);
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Json.GetRawText());
        return answer.Json.GetProperty("predictions");
    }

    private static SortedDictionary<string, string> ByColumn(JsonElement outputs) => Flat(outputs.EnumerateObject(), o => o.Name, o => o.Value);

    private static SortedDictionary<string, string> ByRow(JsonElement rows) => new(
        rows.EnumerateArray().SelectMany(r => r.EnumerateObject()).GroupBy(o => o.Name).ToDictionary(g => g.Key, g => string.Join(',', g.SelectMany(o => Leaves(o.Value)))),
        StringComparer.Ordinal);

    private static SortedDictionary<string, string> Flat(JsonElement outputs, Func<JsonElement, string> name, Func<JsonElement, JsonElement> data) =>
        Flat(outputs.EnumerateArray(), name, data);

    private static SortedDictionary<string, string> Flat<T>(IEnumerable<T> outputs, Func<T, string> name, Func<T, JsonElement> data) =>
        new(outputs.ToDictionary(name, o => string.Join(',', Leaves(data(o)))), StringComparer.Ordinal);

    private static IEnumerable<string> Leaves(JsonElement value) =>
        value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().SelectMany(Leaves) : [value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText()];

    private static string Element(TensorType type, ulong seed, string text) => type switch
    {
        TensorType.Bool => seed % 2 == 0 ? "true" : "false",
        TensorType.UInt8 => $"{(byte)seed}",
        TensorType.UInt16 => $"{(ushort)seed}",
        TensorType.UInt32 => $"{(uint)seed}",
        TensorType.UInt64 => $"{seed}",
        TensorType.Int8 => $"{(sbyte)seed}",
        TensorType.Int16 => $"{(short)seed}",
        TensorType.Int32 => $"{(int)seed}",
        TensorType.Int64 => $"{(long)seed}",
        TensorType.Float16 => Finite(BitConverter.UInt16BitsToHalf((ushort)seed), Half.IsFinite),
        TensorType.Float32 => Finite(BitConverter.UInt32BitsToSingle((uint)seed), float.IsFinite),
        TensorType.Float64 => Finite(BitConverter.UInt64BitsToDouble(seed), double.IsFinite),
        _ => JsonSerializer.Serialize(text),
    };

    private static string Finite<T>(T value, Func<T, bool> isFinite)
        where T : IFormattable => isFinite(value) ? value.ToString(null, CultureInfo.InvariantCulture) : "1";
}
