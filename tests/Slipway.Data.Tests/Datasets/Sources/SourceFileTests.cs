using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Core.Lineages;
using Slipway.Datasets;
using Slipway.Storage.Events;

namespace Slipway.Data.Tests.Datasets.Sources;

/// <summary>Which files a dataset version was made from, and which versions a file went into.</summary>
public sealed class SourceFileTests : IAsyncLifetime
{
    private const string Rows = "day,city,count\n2024-01-02,Bonn,4\n2024-01-01,Aachen,2\n";
    private const string Name = "data/Fahrten für Köln 2024 №1.csv";

    private DatasetsHost _host = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private ILineageSource Lineage => _host.Services.GetServices<ILineageSource>().Single();

    public async ValueTask InitializeAsync() => _host = await DatasetsHost.StartAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task A_snapshot_notes_the_files_that_it_was_made_from_and_the_event_has_them()
    {
        _host.Write(Name, Rows);
        _host.Write("data/other.csv", "a,b\n1,2\n");

        var version = (await _host.SnapshotAsync($"select * from '{Name}'")).Version;

        var file = await SingleAsync(Edges(LineageDirection.Up, DatasetOf(version)), edge => edge.From.Kind == LineageKind.File);
        Assert.Equal($"{Name}@{DigestOf(Rows)}", file.From.Name);
        var told = JsonElement.Parse((await _host.Services.GetRequiredService<IEventLog>().ReadSubjectAsync($"dataset/rides@{version.Digest}", 10, Cancel))[0].Data);
        Assert.Equal(Name, Assert.Single(told.GetProperty("files").EnumerateArray()).GetProperty("path").GetString());
        var node = (await Lineage.DescribeAsync([file.From], Cancel)).Single();
        Assert.Equal((Name, $"{Rows.Length}"), (node.Title, node.Facts["bytes"]));
    }

    [Fact]
    public async Task A_file_leads_to_every_version_that_it_went_into_whatever_else_they_read()
    {
        _host.Write("data/a.csv", Rows);
        _host.Write("data/b.csv", "day,city,count\n2024-01-05,Ulm,7\n");
        var whole = (await _host.SnapshotAsync("select * from 'data'")).Version;
        var part = (await _host.SnapshotAsync("select city from 'data/a.csv'")).Version;
        await _host.SnapshotAsync("select city from 'data/b.csv'");

        var made = await Edges(LineageDirection.Down, new LineageKey(LineageKind.File, $"data/a.csv@{DigestOf(Rows)}"));

        Assert.Equal(new[] { DatasetOf(whole), DatasetOf(part) }.Select(key => key.Name).Order(), made.Select(edge => edge.To.Name).Order());
        Assert.Equal(3, (await Edges(LineageDirection.Up, DatasetOf(whole))).Count);
    }

    [Fact]
    public async Task The_same_rows_from_other_bytes_are_one_version_of_two_files_and_another_event()
    {
        Pack("data/rides.csv.gz", CompressionLevel.NoCompression);
        var first = await _host.SnapshotAsync("select * from 'data/rides.csv.gz'");
        Pack("data/rides.csv.gz", CompressionLevel.Optimal);
        var second = await _host.SnapshotAsync("select * from 'data/rides.csv.gz'");
        await _host.SnapshotAsync("select * from 'data/rides.csv.gz'");

        Assert.Equal((first.Version.Digest, false), (second.Version.Digest, second.Created));
        var files = (await Edges(LineageDirection.Up, DatasetOf(first.Version))).Where(edge => edge.From.Kind == LineageKind.File).ToList();
        Assert.Equal(2, files.Count);
        Assert.Equal(2, (await _host.Services.GetRequiredService<IEventLog>().ReadSubjectAsync($"dataset/rides@{first.Version.Digest}", 10, Cancel)).Count);
    }

    [Fact]
    public async Task Files_and_versions_are_found_by_path_digest_and_the_beginning_of_a_digest()
    {
        _host.Write(Name, Rows);
        var version = (await _host.SnapshotAsync($"select * from '{Name}'")).Version;
        _host.Write(Name, Rows + "2024-01-03,Kiel,1\n");
        await _host.SnapshotAsync($"select * from '{Name}'");

        Assert.Equal(2, (await ResolveAsync(Name, null)).Count);
        Assert.Equal(2, (await ResolveAsync($"./{Name}", LineageKind.File)).Count);
        Assert.Equal($"{Name}@{DigestOf(Rows)}", Assert.Single(await ResolveAsync($"{Name}@{DigestOf(Rows)[..8]}", LineageKind.File)).Name);
        Assert.Equal($"{Name}@{DigestOf(Rows)}", Assert.Single(await ResolveAsync(DigestOf(Rows), null)).Name);
        Assert.Equal(DatasetOf(version), Assert.Single(await ResolveAsync($"rides@{version.Digest[..8]}", null)));
        Assert.Equal(DatasetOf(version), Assert.Single(await ResolveAsync(version.Digest, null)));
        Assert.Equal(2, (await ResolveAsync("rides", null)).Count);
        Assert.Empty(await ResolveAsync("rides@1.0.0", null));
        Assert.Empty(await ResolveAsync("data/nothing.csv", null));
    }

    private static LineageKey DatasetOf(DatasetVersion version) => new(LineageKind.Dataset, $"{version.Name}@{version.Digest}");

    private static string DigestOf(string content) => Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(content)));

    private static async Task<LineageEdge> SingleAsync(Task<IReadOnlyList<LineageEdge>> edges, Func<LineageEdge, bool> condition) => Assert.Single(await edges, edge => condition(edge));

    private Task<IReadOnlyList<LineageEdge>> Edges(LineageDirection direction, LineageKey key) => Lineage.ListEdgesAsync(new LineageStep(direction, [key], 100), Cancel);

    private Task<IReadOnlyList<LineageKey>> ResolveAsync(string text, LineageKind? kind) => Lineage.ResolveAsync(new LineageName(text, kind), Cancel);

    private void Pack(string name, CompressionLevel level)
    {
        using var file = File.Create(_host.Write(name, ""));
        using var packed = new GZipStream(file, level);
        packed.Write(System.Text.Encoding.UTF8.GetBytes(Rows));
    }
}
