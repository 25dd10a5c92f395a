using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json.Nodes;
using Slipway.Core.Projects;
using Slipway.Datasets;
using Slipway.Inference;
using Slipway.Inference.Tensors;
using Slipway.Output;
using Spectre.Console;
using Table = Slipway.Datasets.Table;

namespace Slipway.Demo;

/// <summary>
/// Sends rows as single requests of the Open Inference Protocol, and checks each answer against a prediction made here, from the artifact's files, without the server.
/// </summary>
internal sealed class Replay(string server, string deployment, Table rows, DataSection data, string artifactFolder)
{
    /// <summary>Connections at once.</summary>
    public const int Connections = 4;

    private readonly Column[] _features = [.. rows.Columns.Where(column => column is not TimeColumn && column.Name != data.Label && column.Name != data.Time)];

    public async Task<ReplayResult> RunAsync(Terminal terminal, CancellationToken cancellationToken)
    {
        var expected = Predict();
        var milliseconds = new ConcurrentBag<double>();
        var failed = 0;
        using var handler = new SocketsHttpHandler { MaxConnectionsPerServer = Connections, UseProxy = false };
        using var http = new HttpClient(handler) { BaseAddress = new Uri(server) };
        await WithProgressAsync(terminal, async step => await Parallel.ForAsync(
            0,
            rows.Rows,
            new ParallelOptions { MaxDegreeOfParallelism = Connections, CancellationToken = cancellationToken },
            async (row, token) =>
            {
                var begun = Stopwatch.GetTimestamp();
                if (!await AskAsync(http, row, expected[row], token))
                {
                    Interlocked.Increment(ref failed);
                }

                milliseconds.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
                step();
            }));

        var sorted = milliseconds.Order().ToArray();
        return new ReplayResult(rows.Rows, failed, sorted[sorted.Length / 2], sorted[(int)(sorted.Length * 0.95)], MeanAbsoluteError(expected));
    }

    // The same floating-point operations on the same inputs, so an answer is right only when it is equal to the last bit.
    private async Task<bool> AskAsync(HttpClient http, int row, double expected, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await http.PostAsJsonAsync($"/v2/models/{deployment}/infer", Request(row), cancellationToken);
            if (!response.IsSuccessStatusCode)
            {
                return false;
            }

            var answer = await response.Content.ReadFromJsonAsync<JsonObject>(cancellationToken);
            return (double)answer!["outputs"]![0]!["data"]![0]! == expected;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private JsonObject Request(int row)
    {
        var request = new JsonObject { ["id"] = $"july-{row}" };
        if (data.Time is not null && rows[data.Time] is TimeColumn time && time.Values[row] is { } at)
        {
            request["parameters"] = new JsonObject { ["event_time"] = DateTime.SpecifyKind(at, DateTimeKind.Utc).ToString("O") };
        }

        request["inputs"] = new JsonArray([.. _features.Select(feature => new JsonObject
        {
            ["name"] = feature.Name,
            ["datatype"] = feature is TextColumn ? "BYTES" : "FP64",
            ["shape"] = new JsonArray(1),
            ["data"] = new JsonArray(Value(feature, row)),
        })]);
        return request;
    }

    private static JsonNode? Value(Column feature, int row) => feature switch
    {
        TextColumn text => text.At(row),
        NumberColumn number when double.IsNaN(number.Values[row]) => null,
        NumberColumn number => number.Values[row],
        _ => throw new UnreachableException(),
    };

    private double[] Predict()
    {
        using var model = ModelLoader.Load(artifactFolder, new ModelLoadOptions());
        var inputs = new TensorSet();
        foreach (var feature in _features)
        {
            if (feature is NumberColumn number)
            {
                number.Values.CopyTo(inputs.Add(feature.Name, TensorType.Float64, [rows.Rows]).Values<double>());
            }
            else if (feature is TextColumn text)
            {
                var items = inputs.Add(feature.Name, TensorType.Bytes, [rows.Rows]).Items;
                for (var i = 0; i < rows.Rows; i++)
                {
                    items[i] = text.At(i) is { } value ? System.Text.Encoding.UTF8.GetBytes(value) : null;
                }
            }
        }

        var outputs = new TensorSet();
        SignatureCheck.Apply(model.Signature, inputs);
        model.Run(inputs, outputs);
        return outputs[0].Values<double>().ToArray();
    }

    private double MeanAbsoluteError(double[] predicted)
    {
        var truth = ((NumberColumn)rows[data.Label!]).Values;
        return truth.Zip(predicted, (t, p) => Math.Abs(t - p)).Average();
    }

    private async Task WithProgressAsync(Terminal terminal, Func<Action, Task> run)
    {
        if (!terminal.Interactive)
        {
            await run(() => { });
            return;
        }

        await terminal.People.Progress().AutoClear(true).StartAsync(async progress =>
        {
            var bar = progress.AddTask("serve", maxValue: rows.Rows);
            await run(() => bar.Increment(1));
        });
    }
}

/// <summary>What a replay found.</summary>
/// <param name="Requests">Requests that were sent.</param>
/// <param name="Failed">Requests that were not answered, or not with the expected prediction.</param>
/// <param name="P50">Median time of a request as the client saw it, in milliseconds.</param>
/// <param name="P95">The 95 % quantile, in milliseconds.</param>
/// <param name="MeanAbsoluteError">Mean distance of the predictions from the truth, in the label's unit.</param>
internal sealed record ReplayResult(int Requests, int Failed, double P50, double P95, double MeanAbsoluteError);
