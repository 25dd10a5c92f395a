using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Core.Errors;
using Slipway.Serving.Repository;
using Slipway.Serving.Routing;

namespace Slipway.Serve.Tests.Serving.Folder;

public sealed class LoadAndUnloadTests : IDisposable
{
    private readonly ModelFolder _models = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _models.Dispose();

    [Fact]
    public async Task A_model_is_unloaded_and_loaded_again_by_name()
    {
        _models.Onnx("add/1/model.onnx", 10);
        await using var server = await _models.ServeAsync(Cancel);

        await server.Repository().UnloadAsync("add", Cancel);
        await server.Repository().UnloadAsync("add", Cancel);

        var gone = await server.AskAsync("add", Cancel);
        Assert.Equal(HttpStatusCode.NotFound, gone.Status);
        Assert.StartsWith("Request for unknown model: 'add'", gone.Error, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await server.GetAsync("/v2/models/add/ready", Cancel)).Status);
        var listed = Assert.Single(server.Repository().List());
        Assert.Equal(("add", RepositoryModelState.Unavailable, "unloaded"), (listed.Name, listed.State, listed.Reason));

        await server.Repository().LoadAsync("add", Cancel);

        Assert.Equal(10, await server.BiasAsync("add", Cancel));
        listed = Assert.Single(server.Repository().List());
        Assert.Equal(("1", RepositoryModelState.Ready, ""), (listed.Version, listed.State, listed.Reason));
        Assert.True(listed.LoadTime > TimeSpan.Zero);
        Assert.True(listed.Bytes > 0);
    }

    [Fact]
    public async Task Loading_takes_what_the_files_are_now_also_of_a_model_that_came_after_the_start()
    {
        _models.Onnx("add/1/model.onnx", 10);
        await using var server = await _models.ServeAsync(Cancel);

        _models.Onnx("add/1/model.onnx", 11);
        _models.Onnx("new.onnx", 5);
        Assert.Equal(10, await server.BiasAsync("add", Cancel));
        await server.Repository().LoadAsync("add", Cancel);
        await server.Repository().LoadAsync("new", Cancel);
        Assert.Equal(11, await server.BiasAsync("add", Cancel));
        Assert.Equal(5, await server.BiasAsync("new", Cancel));

        _models.Onnx("add/2/model.onnx", 20);
        await server.Repository().LoadAsync("add", Cancel);
        Assert.Equal("2", (await server.AskAsync("add", Cancel)).Json.GetProperty("model_version").GetString());
        Assert.Equal(HttpStatusCode.NotFound, (await server.AskAsync("add/versions/1", Cancel)).Status);
    }

    [Fact]
    public async Task A_load_that_fails_says_why_and_what_answered_goes_on()
    {
        _models.Onnx("add/1/model.onnx", 10);
        await using var server = await _models.ServeAsync(Cancel);
        _models.Text("add/2/model.onnx", "torn");

        var error = await Assert.ThrowsAsync<SlipwayException>(() => server.Repository().LoadAsync("add", Cancel));

        Assert.Equal(ErrorKind.InvalidInput, error.Kind);
        Assert.StartsWith("Version 2 of add cannot be loaded: model.onnx is no usable ONNX model", error.Message, StringComparison.Ordinal);
        Assert.Equal(10, await server.BiasAsync("add", Cancel));
        Assert.Equal(["1 Ready", "2 Unavailable"], server.Repository().List().Select(m => $"{m.Version} {m.State}"));

        _models.Text("add/config.pbtxt", "max_batch_size: many");
        await Assert.ThrowsAsync<SlipwayException>(() => server.Repository().LoadAsync("add", Cancel));
        Assert.Equal(10, await server.BiasAsync("add", Cancel));

        Directory.Delete(Path.Combine(_models.Root, "add"), recursive: true);
        var lost = await Assert.ThrowsAsync<SlipwayException>(() => server.Repository().LoadAsync("add", Cancel));
        Assert.Equal(ErrorKind.NotFound, lost.Kind);
        Assert.Equal(10, await server.BiasAsync("add", Cancel));
    }

    [Fact]
    public async Task What_is_no_model_cannot_be_loaded_or_unloaded_with_a_folder_or_without()
    {
        _models.Onnx("add/1/model.onnx", 10);
        await using var with = await _models.ServeAsync(Cancel);
        await using var without = await ServingServer.StartAsync(Cancel);
        foreach (var server in new[] { with, without })
        {
            foreach (var name in new[] { "nobody", "../add", "ADD", "" })
            {
                var load = await Assert.ThrowsAsync<SlipwayException>(() => server.Repository().LoadAsync(name, Cancel));
                var unload = await Assert.ThrowsAsync<SlipwayException>(() => server.Repository().UnloadAsync(name, Cancel));
                Assert.Equal((ErrorKind.NotFound, ErrorKind.NotFound), (load.Kind, unload.Kind));
                Assert.StartsWith($"Request for unknown model: '{name}' is not found.", load.Message, StringComparison.Ordinal);
            }
        }

        Assert.Empty(without.Repository().List());
    }

    [Fact]
    public async Task A_model_that_was_replaced_or_unloaded_is_let_go_when_its_last_request_has_left()
    {
        _models.Onnx("add/1/model.onnx", 10);
        await using var server = await _models.ServeAsync(Cancel);
        var versions = server.Services.GetRequiredService<VersionServer>();
        var first = versions.Get("add", null).Version.Loaded.Model;
        Assert.True(first.TryLease(out var running));

        await server.Repository().LoadAsync("add", Cancel);
        var second = versions.Get("add", null).Version.Loaded.Model;
        await server.Repository().UnloadAsync("add", Cancel);

        Assert.NotSame(first, second);
        Assert.True(first.TryLease(out var late), "It was disposed while a request was running.");
        late.Dispose();
        running.Dispose();
        Assert.False(first.TryLease(out _), "It stayed in memory.");
        Assert.False(second.TryLease(out _), "The second stayed in memory.");
    }

    [Fact]
    public async Task Callers_at_the_same_time_share_one_load()
    {
        _models.Onnx("add/1/model.onnx", 10);
        await using var server = await _models.ServeAsync(Cancel);
        await server.Repository().UnloadAsync("add", Cancel);
        var entry = server.Services.GetRequiredService<Slipway.Serving.Repository.Folder.FolderModels>().Find("add")!;
        var before = entry.State.Revision;

        // As long as the turn is held the load that the first of them begins cannot go on.
        await entry.Turn.WaitAsync(Cancel);
        var loads = Enumerable.Range(0, 20).Select(_ => server.Repository().LoadAsync("add", Cancel)).ToList();
        var requests = Enumerable.Range(0, 20).Select(_ => server.BiasAsync("add", Cancel)).ToList();
        while (server.Repository().List()[0].State != RepositoryModelState.Loading)
        {
            await Task.Yield();
        }

        entry.Turn.Release();
        await Task.WhenAll(loads);

        Assert.Equal(before + 1, entry.State.Revision);
        Assert.All(await Task.WhenAll(requests), bias => Assert.Contains(bias, new double?[] { 10, null }));
    }

    [Fact]
    public async Task Reloads_under_load_fail_no_request_and_no_answer_is_another_models()
    {
        _models.Onnx("add/1/model.onnx", 10);
        await using var server = await _models.ServeAsync(Cancel);
        using var stop = new CancellationTokenSource();
        var seen = new HashSet<double>();
        var callers = Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(
            async () =>
            {
                while (!stop.IsCancellationRequested)
                {
                    var bias = await server.BiasAsync("add", Cancel);
                    Assert.True(bias is 10 or 20, $"A request was answered with {bias}.");
                    lock (seen)
                    {
                        seen.Add(bias!.Value);
                    }
                }
            },
            Cancel)));

        for (var i = 0; i < 40 && !callers.IsCompleted; i++)
        {
            var bias = i % 2 == 0 ? 20 : 10;
            _models.Onnx("add/1/model.onnx", bias);
            await server.Repository().LoadAsync("add", Cancel);
            Assert.Equal(bias, await server.BiasAsync("add", Cancel));
        }

        await stop.CancelAsync();
        await callers;
        Assert.Equal([10, 20], seen.Order());
    }

    [Fact]
    public async Task Clients_that_load_ask_and_unload_the_same_model_in_a_loop_see_right_answers_or_404_or_503()
    {
        _models.Onnx("add/1/model.onnx", 10);
        _models.Onnx("other/1/model.onnx", 77);
        await using var server = await _models.ServeAsync(Cancel);
        var answered = 0;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(client => Task.Run(
            async () =>
            {
                for (var i = 0; i < 60; i++)
                {
                    await server.Repository().LoadAsync("add", Cancel);
                    var answer = await server.AskAsync("add", Cancel);
                    if (answer.Status == HttpStatusCode.OK)
                    {
                        Assert.Equal(11, answer.Prediction);
                        Interlocked.Increment(ref answered);
                    }
                    else
                    {
                        Assert.Contains(answer.Status, new[] { HttpStatusCode.NotFound, HttpStatusCode.ServiceUnavailable });
                    }

                    if (client % 2 == 0)
                    {
                        await server.Repository().UnloadAsync("add", Cancel);
                    }
                }
            },
            Cancel)));

        Assert.True(answered > 0, "Nobody was answered.");
        Assert.Equal(77, await server.BiasAsync("other", Cancel));
        await server.Repository().LoadAsync("add", Cancel);
        Assert.Equal(10, await server.BiasAsync("add", Cancel));
    }
}
