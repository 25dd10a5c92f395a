using System.Diagnostics;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using Dapper;
using Slipway.Core.Errors;
using Slipway.Tests;

namespace Slipway.Core.Tests.Storage;

/// <summary>A process of its own writes until it is killed (SIGKILL), in the middle of whatever it does; what it acknowledged must be there.</summary>
public sealed class KillTests : IDisposable
{
    private const string FolderVariable = "SLIPWAY_TEST_STORAGE_FOLDER";
    private const string DatabaseVariable = "SLIPWAY_TEST_STORAGE_DATABASE";
    private const string Acknowledged = "acknowledged ";

    private readonly TemporaryFolder _folder = new();
    private string? _address;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Data => _folder.Of("data");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task After_a_kill_everything_acknowledged_is_there_and_state_and_events_agree(bool postgreSql)
    {
        _address = await TestDatabase.AddressAsync(postgreSql);
        var acknowledged = new HashSet<string>();
        for (var round = 0; round < 3; round++)
        {
            using (var child = StartChild(nameof(Child_that_writes_until_it_is_killed)))
            {
                await ReadAsync(child, acknowledged, until: acknowledged.Count + 150);
                var error = await Assert.ThrowsAsync<SlipwayException>(() => OpenedStorage.OnAsync(_address, Data, Cancel, Notes.Part));
                Assert.Contains($"in use by another process (pid {child.Id})", error.Message, StringComparison.Ordinal);

                child.Kill();
                await ReadAsync(child, acknowledged, until: int.MaxValue);
                await child.WaitForExitAsync(Cancel);
            }

            await AssertWholeAsync(acknowledged);
        }
    }

    [Fact]
    public async Task A_start_with_nothing_to_migrate_does_not_load_the_migration_runner()
    {
        foreach (var loaded in new[] { true, false })
        {
            using var child = StartChild(nameof(Child_that_opens_and_says_what_it_loaded));
            var output = await child.StandardOutput.ReadToEndAsync(Cancel);
            Assert.Contains($"{Acknowledged}{loaded}", output, StringComparison.Ordinal);
        }
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task The_modes_do_not_depend_on_the_umask()
    {
        using var child = StartChild(nameof(Child_that_writes_until_it_is_killed), "umask 000; exec \"$0\" \"$@\"");
        await ReadAsync(child, [], until: 20);
        child.Kill();
        await child.WaitForExitAsync(Cancel);

        OpenStorageTests.AssertPrivate(Data);
    }

    [Fact(Explicit = true)]
    public async Task Child_that_writes_until_it_is_killed()
    {
        await using var storage = await OpenedStorage.OnAsync(Environment.GetEnvironmentVariable(DatabaseVariable), Environment.GetEnvironmentVariable(FolderVariable)!, Cancel, Notes.Part);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            while (true)
            {
                var content = RandomNumberGenerator.GetBytes(RandomNumberGenerator.GetInt32(1, 200_000));
                var blob = await storage.Blobs.PutAsync(new MemoryStream(content), Cancel);
                await storage.Database.WriteAsync(blob.Digest, Cancel);
                await Console.Out.WriteLineAsync(Acknowledged + blob.Digest);
            }
        })));
    }

    [Fact(Explicit = true)]
    public async Task Child_that_opens_and_says_what_it_loaded()
    {
        await using var storage = await OpenedStorage.OpenAsync(Environment.GetEnvironmentVariable(FolderVariable)!, Cancel, Notes.Part);
        var loaded = AppDomain.CurrentDomain.GetAssemblies().Any(a => a.GetName().Name!.StartsWith("FluentMigrator.Runner", StringComparison.Ordinal));
        await Console.Out.WriteLineAsync($"{Acknowledged}{loaded}");
    }

    private static async Task ReadAsync(Process child, HashSet<string> acknowledged, int until)
    {
        while (acknowledged.Count < until && await child.StandardOutput.ReadLineAsync(Cancel) is { } line)
        {
            // A line that the kill tore is not an acknowledgement.
            if (line.StartsWith(Acknowledged, StringComparison.Ordinal) && line.Length == Acknowledged.Length + 64)
            {
                acknowledged.Add(line[Acknowledged.Length..]);
            }
        }
    }

    private Process StartChild(string test, string? shell = null)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "Slipway.Core.Tests");
        string[] arguments = ["-explicit", "only", "-method", $"{typeof(KillTests).FullName}.{test}"];
        var start = shell is null ? new ProcessStartInfo(program, arguments) : new ProcessStartInfo("sh", ["-c", shell, program, .. arguments]);
        start.RedirectStandardOutput = true;
        start.Environment[FolderVariable] = Data;
        start.Environment[DatabaseVariable] = _address;
        return Process.Start(start)!;
    }

    private async Task AssertWholeAsync(HashSet<string> acknowledged)
    {
        await using var storage = await OpenedStorage.OnAsync(_address, Data, Cancel, Notes.Part);
        var notes = await storage.Database.ReadAsync(async connection => (await connection.QueryAsync<string>("select text from notes")).ToHashSet(), Cancel);
        var events = (await storage.Events.ReadAsync(0, int.MaxValue, Cancel)).Select(e => e.Subject["note/".Length..]).ToList();

        Assert.Empty(acknowledged.Except(notes));
        Assert.Equal(notes.Order(), events.Order());

        foreach (var file in Directory.EnumerateFiles(Path.Combine(Data, "blobs"), "*", SearchOption.AllDirectories))
        {
            var digest = Path.GetFileName(Path.GetDirectoryName(file)) + Path.GetFileName(file);
            Assert.Equal(file, await storage.Blobs.GetFileAsync(digest, Cancel));
        }

        foreach (var note in notes)
        {
            Assert.True(await storage.Blobs.ExistsAsync(note, Cancel));
        }

        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(Data, "work")));
    }
}
