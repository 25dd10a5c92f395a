using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Slipway.Serving;
using Slipway.Serving.Repository;

namespace Slipway.Serve.Tests.Serving.Folder;

/// <summary>A folder of models for a test, and a server over it. Goes with the test.</summary>
internal sealed class ModelFolder : IDisposable
{
    private readonly ConcurrentQueue<string> _said = new();

    public string Root { get; } = Directory.CreateTempSubdirectory("slipway-models-").FullName;

    /// <summary>What the server has logged at warning or above.</summary>
    public IReadOnlyCollection<string> Said => _said;

    /// <summary>Writes a model that adds <paramref name="bias"/> to each of its inputs.</summary>
    public void Onnx(string path, float bias, params long[] shape) => Bytes(path, TinyOnnx.Model(bias, shape.Length == 0 ? [-1, 3] : shape));

    /// <summary>Copies one of the LightGBM models beside the tests: its text and, where asked for, its columns and categories.</summary>
    public void Trees(string path, string model, bool schema = true)
    {
        var from = Path.Combine(AppContext.BaseDirectory, "Serving", "Models", model);
        Bytes(path, File.ReadAllBytes(Path.Combine(from, "model.txt")));
        if (schema)
        {
            Bytes(Path.Combine(Path.GetDirectoryName(path)!, "model.json"), File.ReadAllBytes(Path.Combine(from, "model.json")));
        }
    }

    public void Text(string path, string text) => Bytes(path, System.Text.Encoding.UTF8.GetBytes(text));

    public void Bytes(string path, byte[] bytes)
    {
        var full = Path.Combine(Root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);

        // As a careful copy does it: a reader sees the whole file or none.
        File.WriteAllBytes(full + ".part", bytes);
        File.Move(full + ".part", full, overwrite: true);
    }

    public Task<ServingServer> ServeAsync(CancellationToken cancellationToken) => ServeAsync(new ModelFolderOptions(), null, cancellationToken);

    public Task<ServingServer> ServeAsync(ModelFolderOptions options, TimeProvider? time, CancellationToken cancellationToken, string? data = null) => ServingServer.StartAsync(
        new ServingOptions { Models = options with { Path = Root } },
        services =>
        {
            services.AddLogging(logging => logging.AddProvider(new Recorder(_said)));
            if (time is not null)
            {
                services.AddSingleton(time);
            }
        },
        data,
        cancellationToken);

    public void Dispose() => Directory.Delete(Root, recursive: true);

    private sealed class Recorder(ConcurrentQueue<string> said) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                said.Enqueue(formatter(state, exception));
            }
        }

        public void Dispose()
        {
        }
    }
}

/// <summary>How tests ask the models of a folder.</summary>
internal static class FolderRequests
{
    public const string Row = """{"inputs":[{"name":"x","datatype":"FP32","shape":[1,3],"data":[1,2,3]}]}""";

    public static IModelRepository Repository(this ServingServer server) => server.Services.GetRequiredService<IModelRepository>();

    /// <summary>The bias of the model that answered, or null where none did.</summary>
    public static async Task<double?> BiasAsync(this ServingServer server, string name, CancellationToken cancellationToken)
    {
        var answer = await server.PostAsync($"/v2/models/{name}/infer", Row, cancellationToken);
        return answer.Status == System.Net.HttpStatusCode.OK ? answer.Prediction - 1 : null;
    }

    public static Task<Answer> AskAsync(this ServingServer server, string path, CancellationToken cancellationToken) => server.PostAsync($"/v2/models/{path}/infer", Row, cancellationToken);
}
