using System.Globalization;
using System.Runtime.Versioning;
using Slipway.Core.Errors;
using Slipway.Storage;

namespace Slipway.Core.Tests.Storage;

public sealed class OpenStorageTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Data => _folder.Of("data");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_folder_in_use_names_the_process_that_uses_it()
    {
        await using var first = await OpenedStorage.OpenAsync(Data, Cancel);

        var error = await FailAsync(Data);

        Assert.Equal(ErrorKind.Conflict, error.Kind);
        Assert.Equal(
            $"The data folder {Data} is in use by another process (pid {Environment.ProcessId}). Stop that one first, or name another folder with --data.", error.Message);
    }

    [Fact]
    public async Task A_folder_that_was_closed_can_be_opened_again()
    {
        await (await OpenedStorage.OpenAsync(Data, Cancel)).DisposeAsync();
        await using var again = await OpenedStorage.OpenAsync(Data, Cancel);
    }

    [Fact]
    public async Task A_folder_hides_itself_from_git_and_leaves_what_somebody_wrote_there()
    {
        await (await OpenedStorage.OpenAsync(Data, Cancel)).DisposeAsync();
        var ignore = Path.Combine(Data, ".gitignore");
        Assert.Equal("*\n", await File.ReadAllTextAsync(ignore, Cancel));

        await File.WriteAllTextAsync(ignore, "mine\n", Cancel);
        await (await OpenedStorage.OpenAsync(Data, Cancel)).DisposeAsync();
        Assert.Equal("mine\n", await File.ReadAllTextAsync(ignore, Cancel));
    }

    [Fact]
    public async Task Data_of_a_newer_slipway_is_refused_and_the_folder_is_let_go()
    {
        await using (var newer = await OpenedStorage.OpenAsync(Data, Cancel))
        {
            await newer.Database.WriteAsync(transaction => transaction.ExecuteAsync("""insert into "VersionInfo" ("Version") values (2099010100)"""), Cancel);
        }

        for (var attempt = 0; attempt < 2; attempt++)
        {
            var error = await FailAsync(Data);
            Assert.Equal(ErrorKind.Conflict, error.Kind);
            Assert.StartsWith($"{Data} was written by a newer Slipway (schema 2099010100; this one knows up to 2026112400).", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_module_that_is_added_later_gets_its_tables()
    {
        await using (var before = await OpenedStorage.OpenAsync(Data, Cancel))
        {
            await before.Database.WriteAsync(transaction => transaction.AppendAsync(new NoteWritten("before", Actor.Local)), Cancel);
        }

        await using var after = await OpenedStorage.OpenAsync(Data, Cancel, Notes.Part);
        await after.Database.WriteAsync("after", Cancel);

        Assert.Equal(["note/before", "note/after"], (await after.Events.ReadAsync(0, 10, Cancel)).Select(e => e.Subject));
    }

    [Fact]
    public async Task A_file_in_the_place_of_the_folder_is_named()
    {
        await File.WriteAllTextAsync(Data, "a file", Cancel);

        var error = await FailAsync(Data);
        var inside = await FailAsync(Path.Combine(Data, "data"));

        Assert.Equal($"The data folder {Data} is a file. Name a folder with --data.", error.Message);
        Assert.Contains("cannot be written", inside.Message, StringComparison.Ordinal);
        Assert.Equal("a file", await File.ReadAllTextAsync(Data, Cancel));
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_is_one_sentence()
    {
        using var disk = new SmallDisk("size=1m,ro");

        var error = await FailAsync(Path.Combine(disk.Path, "data"));

        Assert.Equal(ErrorKind.InvalidInput, error.Kind);
        Assert.StartsWith($"The data folder {disk.Path}/data cannot be written: ", error.Message, StringComparison.Ordinal);
        Assert.EndsWith("Give this user the right to it, or name another folder with --data.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_not_touched()
    {
        Directory.CreateDirectory(Data);
        var garbage = string.Concat(Enumerable.Repeat("no database at all. ", 1000));
        await File.WriteAllTextAsync(Path.Combine(Data, "slipway.db"), garbage, Cancel);

        var error = await FailAsync(Data);

        Assert.Equal(ErrorKind.Failed, error.Kind);
        Assert.Contains("slipway.db is damaged", error.Message, StringComparison.Ordinal);
        Assert.Equal(garbage, await File.ReadAllTextAsync(Path.Combine(Data, "slipway.db"), Cancel));
    }

    [Fact]
    public async Task Using_storage_before_it_is_open_is_a_mistake_of_the_program()
    {
        await using var unopened = OpenedStorage.Unopened(Data);

        await Assert.ThrowsAsync<InvalidOperationException>(() => unopened.Database.WriteAsync("early", Cancel));
        Assert.False(Directory.Exists(Data));
    }

    [Fact]
    public async Task What_an_interrupted_run_left_half_finished_is_deleted_at_the_next_start()
    {
        string left;
        await using (var storage = await OpenedStorage.OpenAsync(Data, Cancel))
        {
            left = storage.Folder.CreateWorkFolder("training").Path;
            Directory.CreateDirectory(Path.Combine(left, "inner"));
            await File.WriteAllTextAsync(Path.Combine(left, "inner", "half.txt"), "half", Cancel);
            File.CreateSymbolicLink(Path.Combine(Data, "work", "link"), _folder.Of("outside"));
            Directory.CreateDirectory(_folder.Of("outside"));
            await File.WriteAllTextAsync(_folder.Of("outside", "kept.txt"), "kept", Cancel);
        }

        await using var again = await OpenedStorage.OpenAsync(Data, Cancel);

        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(Data, "work")));
        Assert.True(File.Exists(_folder.Of("outside", "kept.txt")));
    }

    [Fact]
    public void A_work_folder_goes_when_it_is_disposed()
    {
        var folder = new DataFolder(Data);
        string path;
        using (var work = folder.CreateWorkFolder("training"))
        {
            path = work.Path;
            File.WriteAllText(Path.Combine(path, "x"), "x");
            Assert.StartsWith(Data + Path.DirectorySeparatorChar, path, StringComparison.Ordinal);
        }

        Assert.False(Directory.Exists(path));
        Assert.Throws<ArgumentException>(() => folder.CreateWorkFolder("../outside"));
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task Nobody_but_the_owner_can_open_anything_in_it_even_where_it_stood_open_before()
    {
        Directory.CreateDirectory(Data);
        File.SetUnixFileMode(Data, (UnixFileMode)Convert.ToInt32("777", 8));
        await using var storage = await OpenedStorage.OpenAsync(Data, Cancel, Notes.Part);
        await storage.Database.WriteAsync("x", Cancel);
        await storage.Blobs.PutAsync(new MemoryStream([1]), Cancel);
        storage.Folder.CreateWorkFolder("open");

        AssertPrivate(Data);
    }

    [UnsupportedOSPlatform("windows")]
    internal static void AssertPrivate(string folder)
    {
        const UnixFileMode Others = (UnixFileMode)0b111_111;
        Assert.Equal("700", Convert.ToString((int)File.GetUnixFileMode(folder), 8));
        var open = new DirectoryInfo(folder).EnumerateFileSystemInfos("*", SearchOption.AllDirectories)
            .Where(entry => (entry.UnixFileMode & Others) != 0)
            .Select(entry => string.Create(CultureInfo.InvariantCulture, $"{entry.FullName} {entry.UnixFileMode}"))
            .ToArray();
        Assert.Empty(open);
    }

    private static Task<SlipwayException> FailAsync(string data) => Assert.ThrowsAsync<SlipwayException>(() => OpenedStorage.OpenAsync(data, Cancel));
}
