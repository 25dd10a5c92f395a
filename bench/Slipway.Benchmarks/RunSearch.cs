using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Mlflow.Search;
using Slipway.Storage;
using Slipway.Tracking;
using Slipway.Tracking.Search;

namespace Slipway.Benchmarks;

/// <summary>One page of 100 runs out of 100,000 with 20 metrics and 20 parameters each, nine tenths of them in one experiment; on disk. Filling the tables takes a minute or two.</summary>
[MemoryDiagnoser]
public class RunSearch
{
    private const int Runs = 100_000;
    private const int Parts = 20;

    private string _folder = "";
    private ServiceProvider? _services;
    private Database? _database;
    private string? _tenth;

    [GlobalSetup]
    public async Task FillAsync()
    {
        _folder = Path.GetFullPath($"search-benchmark-{Guid.NewGuid():N}");
        _services = new ServiceCollection().AddStorage(new StorageOptions(_folder)).AddTracking().BuildServiceProvider();
        await _services.OpenStorageAsync(CancellationToken.None);
        _database = _services.GetRequiredService<Database>();
        for (var part = 0; part < Parts; part++)
        {
            var bounds = new { first = (part * Runs / Parts) + 1, last = (part + 1) * Runs / Parts };
            await _database.WriteAsync(transaction => FillAsync(transaction, bounds), CancellationToken.None);
        }

        for (var page = 0; page < 10; page++)
        {
            _tenth = (await SearchAsync(null, ["metrics.m4 desc"], _tenth)).NextPageToken;
        }
    }

    [GlobalCleanup]
    public async Task CloseAsync()
    {
        await _services!.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Benchmark(Baseline = true)]
    public Task<SearchedPage> First() => CountAsync(null, []);

    [Benchmark]
    public Task<SearchedPage> FilterAndOrder() => CountAsync("metrics.m3 > 0.9 and params.p2 = '0.3'", ["metrics.m3 desc"]);

    [Benchmark]
    public Task<SearchedPage> FilterAndAnotherOrder() => CountAsync("metrics.m3 > 0.5 and params.p2 = '0.3'", ["metrics.m4"]);

    [Benchmark]
    public Task<SearchedPage> ThreeFilters() => CountAsync("metrics.m3 > 0.9 and metrics.m5 < 0.1 and params.p2 = '0.3'", []);

    [Benchmark]
    public Task<SearchedPage> OrderByParameter() => CountAsync("metrics.m3 > 0.2", ["params.p12"]);

    [Benchmark]
    public Task<SearchedPage> TenthPage() => CountAsync(null, ["metrics.m4 desc"], _tenth);

    private async Task<SearchedPage> CountAsync(string? filter, IReadOnlyList<string> order, string? token = null) => new((await SearchAsync(filter, order, token)).Ids.Count);

    private Task<SearchPage> SearchAsync(string? filter, IReadOnlyList<string> order, string? token)
    {
        var query = SearchQuery.ForRuns([1], filter, order, ViewType.Active, 100, token);
        return _database!.ReadAsync(connection => query.RunAsync(connection, CancellationToken.None), CancellationToken.None);
    }

    private static async Task<int> FillAsync(WriteTransaction transaction, object bounds)
    {
        const string Numbers = "with recursive n(i) as (select @first union all select i + 1 from n where i < @last), k(j) as (select 0 union all select j + 1 from k where j < 19) ";
        const string Experiment = "case when i % 10 < 9 then 1 else 2 + (i / 10) % 99 end";

        await transaction.ExecuteAsync(
            $"""
            {Numbers} insert into runs (id, run_id, experiment, name, user_id, status, start_time, end_time, artifact_uri)
            select i, printf('%08x%024x', (i * 2654435761) % 4294967296, i), {Experiment}, 'run-' || i, 'ann', 'FINISHED', i * 1000, i * 1500, '' from n
            """,
            bounds);
        await transaction.ExecuteAsync(
            $"""
            {Numbers} insert into run_metrics (run, key, experiment, value, is_nan, step, timestamp)
            select i, 'm' || j, {Experiment}, abs(random() % 1000000) / 1000000.0, i % 100 = j, 10, 0 from n, k
            """,
            bounds);
        return await transaction.ExecuteAsync(
            $"""
            {Numbers} insert into run_params (run, key, experiment, value)
            select i, 'p' || j, {Experiment}, case when j < 10 then '0.' || abs(random() % 10) else 'value-' || abs(random() % 100000) end from n, k
            """,
            bounds);
    }
}

/// <summary>How many runs a page has.</summary>
public readonly record struct SearchedPage(int Count);
