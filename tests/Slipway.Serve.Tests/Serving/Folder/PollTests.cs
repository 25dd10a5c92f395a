using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Slipway.Serving;
using Slipway.Serving.Repository;

namespace Slipway.Serve.Tests.Serving.Folder;

public sealed class PollTests : IDisposable
{
    private static readonly ModelFolderOptions EverySecond = new() { Poll = TimeSpan.FromSeconds(1) };

    private readonly ModelFolder _models = new();
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddYears(50));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _models.Dispose();

    [Fact]
    public async Task Without_polling_the_folder_is_looked_through_once()
    {
        _models.Onnx("add/1/model.onnx", 10);
        await using var server = await _models.ServeAsync(new ModelFolderOptions(), _time, Cancel);
        _models.Onnx("add/2/model.onnx", 20);
        _models.Onnx("new.onnx", 5);

        _time.Advance(TimeSpan.FromDays(1));

        Assert.Equal(10, await server.BiasAsync("add", Cancel));
        Assert.Null(await server.BiasAsync("new", Cancel));
    }

    [Fact]
    public async Task What_is_added_changed_and_removed_is_picked_up_when_the_clock_says_so()
    {
        _models.Onnx("add/1/model.onnx", 10);
        _models.Onnx("old.onnx", 1);
        await using var server = await _models.ServeAsync(EverySecond, _time, Cancel);
        _models.Onnx("add/2/model.onnx", 20);
        _models.Onnx("new.onnx", 5);
        File.Delete(Path.Combine(_models.Root, "old.onnx"));

        // Each advance is one look; requests are asked until the looks have done what they do.
        for (var i = 0; await server.BiasAsync("add", Cancel) != 20 || await server.BiasAsync("new", Cancel) != 5 || await server.BiasAsync("old", Cancel) is not null; i++)
        {
            Assert.True(i < 10_000, "The changes were not picked up.");
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(["add 2", "new 1"], server.Repository().List().Select(m => $"{m.Name} {m.Version}"));
    }

    [Fact]
    public async Task A_file_is_loaded_only_when_it_looks_the_same_twice()
    {
        _models.Onnx("add/1/model.onnx", 10);
        await using var server = await _models.ServeAsync(EverySecond, _time, Cancel);
        var repository = server.Services.GetRequiredService<ModelRepository>();
        var whole = TinyOnnx.Model(20, [-1, 3]);

        _models.Bytes("add/2/model.onnx", whole[..20]);
        await repository.LookAsync(Cancel);
        _models.Bytes("add/2/model.onnx", whole[..40]);
        await repository.LookAsync(Cancel);
        _models.Bytes("add/2/model.onnx", whole);
        await repository.LookAsync(Cancel);
        Assert.Equal(10, await server.BiasAsync("add", Cancel));

        await repository.LookAsync(Cancel);

        Assert.Equal(20, await server.BiasAsync("add", Cancel));
        Assert.Empty(_models.Said);
    }

    [Fact]
    public async Task A_broken_new_version_leaves_the_old_one_answering_is_told_once_and_tried_again_when_it_changes()
    {
        _models.Onnx("add/1/model.onnx", 10);
        await using var server = await _models.ServeAsync(EverySecond, _time, Cancel);
        var repository = server.Services.GetRequiredService<ModelRepository>();

        _models.Text("add/2/model.onnx", "torn");
        for (var i = 0; i < 5; i++)
        {
            await repository.LookAsync(Cancel);
        }

        Assert.Equal(10, await server.BiasAsync("add", Cancel));
        var said = Assert.Single(_models.Said);
        Assert.StartsWith("add could not be loaded: Version 2 of add cannot be loaded: model.onnx is no usable ONNX model", said, StringComparison.Ordinal);
        Assert.EndsWith("What answered until now goes on", said, StringComparison.Ordinal);

        _models.Onnx("add/2/model.onnx", 20);
        await repository.LookAsync(Cancel);
        await repository.LookAsync(Cancel);
        Assert.Equal(20, await server.BiasAsync("add", Cancel));
    }

    [Fact]
    public async Task A_folder_that_is_swapped_is_never_missing_and_versions_that_nobody_touched_stay_in_memory()
    {
        _models.Onnx("add/1/model.onnx", 10);
        _models.Text("add/config.pbtxt", "version_policy { all {} }");
        await using var server = await _models.ServeAsync(EverySecond, _time, Cancel);
        var repository = server.Services.GetRequiredService<ModelRepository>();
        var versions = server.Services.GetRequiredService<Slipway.Serving.Routing.VersionServer>();
        var first = versions.Get("add", "1").Version.Loaded.Model;

        Directory.Move(Path.Combine(_models.Root, "add"), Path.Combine(_models.Root, ".away"));
        await repository.LookAsync(Cancel);
        Assert.Equal(10, await server.BiasAsync("add", Cancel));
        Directory.Move(Path.Combine(_models.Root, ".away"), Path.Combine(_models.Root, "add"));
        _models.Onnx("add/2/model.onnx", 20);
        await repository.LookAsync(Cancel);
        await repository.LookAsync(Cancel);

        Assert.Equal(20, await server.BiasAsync("add", Cancel));
        Assert.Same(first, versions.Get("add", "1").Version.Loaded.Model);
    }

    [Fact]
    public async Task What_somebody_unloaded_stays_away_whatever_happens_to_its_files()
    {
        _models.Onnx("add/1/model.onnx", 10);
        await using var server = await _models.ServeAsync(EverySecond, _time, Cancel);
        var repository = server.Services.GetRequiredService<ModelRepository>();
        await repository.UnloadAsync("add", Cancel);

        _models.Onnx("add/1/model.onnx", 11);
        for (var i = 0; i < 3; i++)
        {
            await repository.LookAsync(Cancel);
        }

        Assert.Null(await server.BiasAsync("add", Cancel));
        await repository.LoadAsync("add", Cancel);
        Assert.Equal(11, await server.BiasAsync("add", Cancel));
    }

    [Fact]
    public async Task A_folder_that_is_away_for_a_moment_is_told_and_what_answers_goes_on()
    {
        _models.Onnx("add/1/model.onnx", 10);
        await using var server = await _models.ServeAsync(EverySecond, _time, Cancel);
        Directory.Move(_models.Root, _models.Root + "-away");
        for (var i = 0; _models.Said.Count == 0; i++)
        {
            Assert.True(i < 10_000, "Nobody said that the folder is away.");
            _time.Advance(TimeSpan.FromSeconds(1));
            Assert.Equal(10, await server.BiasAsync("add", Cancel));
        }

        Directory.Move(_models.Root + "-away", _models.Root);
        _models.Onnx("add/2/model.onnx", 20);
        for (var i = 0; await server.BiasAsync("add", Cancel) != 20; i++)
        {
            Assert.True(i < 10_000, "The watch has ended.");
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.StartsWith("The folder of models could not be looked through", _models.Said.First(), StringComparison.Ordinal);
    }
}
