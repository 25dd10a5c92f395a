using System.Globalization;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using SessionOptions = Microsoft.ML.OnnxRuntime.SessionOptions;

// What people write first: a minimal API, its own JSON binding, and named values made for each request. One thread a run, as every server here has.
var port = int.Parse(args[0], CultureInfo.InvariantCulture);
using var options = new SessionOptions { IntraOpNumThreads = 1, InterOpNumThreads = 1 };
using var session = new InferenceSession(args[1], options);
var input = session.InputNames[0];

var builder = WebApplication.CreateBuilder();
builder.Logging.ClearProviders();
builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
var app = builder.Build();
app.MapPost("/predict", (Request request) =>
{
    var width = request.Rows[0].Length;
    var tensor = new DenseTensor<float>([request.Rows.Length, width]);
    for (var row = 0; row < request.Rows.Length; row++)
    {
        for (var column = 0; column < width; column++)
        {
            tensor[row, column] = request.Rows[row][column];
        }
    }

    using var results = session.Run([NamedOnnxValue.CreateFromTensor(input, tensor)]);
    return new Answer([.. results[0].AsEnumerable<float>()]);
});
await app.RunAsync();

internal sealed record Request(float[][] Rows);

internal sealed record Answer(float[] Predictions);
