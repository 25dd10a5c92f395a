using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Storage;
using Slipway.Storage.Sql;
using Slipway.Tests;
using Slipway.Tracking;
using Slipway.Tracking.Search;

namespace Slipway.Develop.Tests.Tracking.Search;

/// <summary>A run as the tests know it: what was written to the tables, and what the naive search reads.</summary>
public sealed record SampleRun
{
    public string Id { get; init; } = Guid.NewGuid().ToString("N");

    public string Name { get; init; } = "run";

    public string Status { get; init; } = "FINISHED";

    public string User { get; init; } = "ann";

    public long Start { get; init; }

    public long? End { get; init; }

    public bool IsDeleted { get; init; }

    public IReadOnlyDictionary<string, double> Metrics { get; init; } = new Dictionary<string, double>();

    public IReadOnlyDictionary<string, string> Params { get; init; } = new Dictionary<string, string>();

    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();
}

/// <summary>The tables of tracking on a real database. Each test has experiments of its own.</summary>
public class SearchFixture : IAsyncLifetime
{
    private readonly string _root = Directory.CreateTempSubdirectory("slipway-search-").FullName;
    private ServiceProvider? _services;

    public Database Database => _services!.GetRequiredService<Database>();

    /// <summary>True where the suite asks for PostgreSQL.</summary>
    protected virtual bool PostgreSql => false;

    public async ValueTask InitializeAsync()
    {
        _services = new ServiceCollection().AddTestStorage(_root, PostgreSql).AddTracking().BuildServiceProvider();
        await _services.OpenStorageAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        if (_services is not null)
        {
            await _services.DisposeAsync();
        }

        Directory.Delete(_root, recursive: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Writes runs into a new experiment and answers with its number.</summary>
    public Task<long> AddAsync(params IReadOnlyList<SampleRun> runs) => Database.WriteAsync(
        async transaction =>
        {
            var experiment = await AddExperimentAsync(transaction, Guid.NewGuid().ToString("N"), created: 0);
            foreach (var run in runs)
            {
                await AddRunAsync(transaction, experiment, run);
            }

            return experiment;
        },
        CancellationToken.None);

    public static Task<long> AddExperimentAsync(WriteTransaction transaction, string name, long created, long? deleted = null)
    {
        const string Sql = """
            insert into experiments (name, artifact_location, created_at, updated_at, deleted_at) values (@name, '', @created, @created, @deleted) returning id
            """;

        return transaction.QuerySingleOrDefaultAsync<long>(Sql, new { name, created, deleted });
    }

    /// <summary>The runs that are found, page by page, by their ids. Each page is found both ways: sorted, and walked through an index.</summary>
    internal Task<IReadOnlyList<string>> FindAsync(
        IReadOnlyCollection<long> experiments, string? filter, IReadOnlyList<string> orderBy, ViewType view = ViewType.Active, int pageSize = 1000) =>
        FindAsync(
            token => SearchQuery.ForRuns(experiments, filter, orderBy, view, pageSize, token),
            pageSize,
            token => SearchQuery.ForRuns(experiments, filter, orderBy, view, pageSize, token, backwards: true));

    /// <inheritdoc cref="FindAsync(IReadOnlyCollection{long}, string?, IReadOnlyList{string}, ViewType, int)"/>
    internal async Task<IReadOnlyList<string>> FindAsync(Func<string?, SearchQuery> search, int pageSize, Func<string, SearchQuery>? back = null)
    {
        SearchPage? before = null;
        var ids = new List<long>();
        string? token = null;
        do
        {
            var query = search(token);
            var sorted = await Database.ReadAsync(connection => query.RunAsync(connection, few: 1_000_000, CancellationToken.None), CancellationToken.None);
            var walked = await Database.ReadAsync(connection => query.RunAsync(connection, few: 0, CancellationToken.None), CancellationToken.None);
            Assert.Equal(sorted.Ids, walked.Ids);
            Assert.Equal(sorted.NextPageToken, walked.NextPageToken);
            Assert.True(sorted.NextPageToken is null || sorted.Ids.Count == pageSize);
            Assert.Empty(ids.Intersect(sorted.Ids));
            if (back is not null && before is not null && sorted.PreviousPageToken is { } place)
            {
                foreach (var few in new[] { 1_000_000, 0 })
                {
                    // The page before, found from where this one begins, is the one that was found on the way here.
                    var again = await Database.ReadAsync(connection => back(place).RunAsync(connection, few, CancellationToken.None), CancellationToken.None);
                    Assert.Equal(before.Ids, again.Ids);
                    Assert.Equal(before.NextPageToken, again.NextPageToken);
                    Assert.Equal(before.PreviousPageToken, again.PreviousPageToken);
                }
            }

            Assert.Equal(token is null || sorted.Ids.Count == 0, sorted.PreviousPageToken is null);
            before = sorted;
            ids.AddRange(sorted.Ids);
            token = sorted.NextPageToken;
        }
        while (token is not null);

        var names = await Database.ReadAsync(
            async connection => (await connection.QueryAsync<(long Id, string RunId)>($"select id, run_id from runs where id in {SqlList.Of(ids)}")).ToDictionary(r => r.Id, r => r.RunId),
            CancellationToken.None);
        return [.. ids.Select(id => names[id])];
    }

    private static async Task AddRunAsync(WriteTransaction transaction, long experiment, SampleRun sample)
    {
        const string Sql = """
            insert into runs (run_id, experiment, name, user_id, status, start_time, end_time, artifact_uri, deleted_at)
            values (@Id, @experiment, @Name, @User, @Status, @Start, @End, '', @deleted) returning id
            """;

        var run = await transaction.QuerySingleOrDefaultAsync<long>(
            Sql, new { sample.Id, experiment, sample.Name, sample.User, sample.Status, sample.Start, sample.End, deleted = sample.IsDeleted ? 1L : (long?)null });
        foreach (var (key, value) in sample.Metrics)
        {
            await transaction.ExecuteAsync(
                "insert into run_metrics (run, key, experiment, value, is_nan, step, timestamp) values (@run, @key, @experiment, @value, @nan, 0, 0)",
                new { run, key, experiment, value = double.IsNaN(value) ? 0 : value, nan = double.IsNaN(value) ? 1 : 0 });
        }

        foreach (var (table, values) in new[] { ("run_params", sample.Params), ("run_tags", sample.Tags) })
        {
            foreach (var (key, value) in values)
            {
                await transaction.ExecuteAsync($"insert into {table} (run, key, experiment, value) values (@run, @key, @experiment, @value)", new { run, key, experiment, value });
            }
        }
    }
}

/// <summary>The same on PostgreSQL, for suites that run on both.</summary>
public sealed class PostgreSqlSearchFixture : SearchFixture
{
    protected override bool PostgreSql => true;
}
