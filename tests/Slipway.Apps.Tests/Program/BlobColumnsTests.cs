using System.Net;
using System.Text.RegularExpressions;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Mlflow;
using Slipway.Server;
using Slipway.Storage;
using Slipway.Storage.Blobs;
using Slipway.Tracking.Purging;

namespace Slipway.Apps.Tests.Program;

/// <summary>A purge may delete only what it knows that nobody needs, so it must know every table: these walk the schema of the whole program.</summary>
public sealed partial class BlobColumnsTests : IAsyncLifetime
{
    // Which rows go with a run or an experiment is said for each of them by an OwnedRows; these two are the owners.
    private static readonly string[] Owners = ["runs", "experiments"];

    private readonly string _folder = Directory.CreateTempSubdirectory("slipway-schema-").FullName;
    private ServiceProvider _services = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var settings = new ServerSettings { Http = new IPEndPoint(IPAddress.Loopback, 0), Grpc = new IPEndPoint(IPAddress.Loopback, 0), Data = Path.Combine(_folder, "data") };
        _services = SlipwayServer.AddModules(new ServiceCollection().AddLogging(), settings).BuildServiceProvider();
        await _services.OpenStorageAsync(Cancel);
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Every_column_whose_name_speaks_of_a_digest_says_whether_it_names_blobs()
    {
        var declared = _services.GetServices<BlobColumn>().Select(column => (column.Table, column.Column)).ToArray();
        var schema = await ReadColumnsAsync();

        Assert.Equal([], schema.Where(column => Digest().IsMatch(column.Column)).Except(declared));
        Assert.Equal([], declared.Except(schema));
        Assert.Contains(("artifacts", "digest"), declared);
    }

    [Fact]
    public async Task Every_table_that_belongs_to_a_run_or_an_experiment_goes_with_it()
    {
        var owned = _services.GetServices<OwnedRows>().ToArray();
        var schema = await ReadColumnsAsync();
        var belonging = schema.Where(column => column.Column is "run" or "experiment" or "experiment_id").Select(column => column.Table).Distinct().Except(Owners);

        Assert.Equal([], belonging.Except(owned.Select(rows => rows.Table)));
        Assert.Equal([], owned.SelectMany(rows => rows.Key.Split(", "), (rows, column) => (rows.Table, column)).Except(schema));
    }

    [Fact]
    public async Task Every_address_of_artifacts_that_is_needed_is_a_column()
    {
        var schema = await ReadColumnsAsync();

        Assert.Equal([], _services.GetServices<NeededArtifacts>().Select(needed => (needed.Table, needed.Column)).Except(schema));
    }

    private Task<IReadOnlyList<(string Table, string Column)>> ReadColumnsAsync() => _services.GetRequiredService<Database>().ReadAsync<IReadOnlyList<(string, string)>>(
        async connection => [.. await connection.QueryAsync<(string, string)>("select t.name, c.name from sqlite_master t join pragma_table_info(t.name) c where t.type = 'table'")], Cancel);

    [GeneratedRegex("digest|sha256|blob|checkpoint|checksum", RegexOptions.IgnoreCase)]
    private static partial Regex Digest();
}
