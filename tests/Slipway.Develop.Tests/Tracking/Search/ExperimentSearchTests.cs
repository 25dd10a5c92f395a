using Slipway.Tracking.Search;

namespace Slipway.Develop.Tests.Tracking.Search;

public abstract class ExperimentSearchTests(SearchFixture fixture)
{
    private readonly string _mark = Guid.NewGuid().ToString("N");

    [Theory]
    [InlineData("", "", "cba")]
    [InlineData("name like '%a'", "", "a")]
    [InlineData("attribute.name ilike '%C'", "", "c")]
    [InlineData("creation_time > 1", "name", "bc")]
    [InlineData("attributes.last_update_time <= 2", "attributes.experiment_id ASC", "ab")]
    [InlineData("tags.team = 'vision'", "name desc", "ca")]
    [InlineData("tag.team != 'vision'", "", "b")]
    [InlineData("tags.`other key` is null and tags.team in ('vision', 'x')", "last_update_time", "ac")]
    public async Task Experiments_are_found_by_attributes_and_tags(string filter, string order, string expected)
    {
        foreach (var (name, team, created) in new[] { ("a", "vision", 1), ("b", "audio", 2), ("c", "vision", 3) })
        {
            await AddAsync(name, team, created);
        }

        var mine = $"name like '{_mark}%'";
        var found = await FindAsync(filter.Length == 0 ? mine : $"{mine} and {filter}", order.Length == 0 ? [] : [order], ViewType.Active, pageSize: 2);

        Assert.Equal(expected, string.Concat(found.Select(name => name[^1])));
    }

    [Fact]
    public async Task Of_experiments_created_at_once_the_default_order_has_the_older_first()
    {
        await AddAsync("a", "x", 5);
        await AddAsync("b", "x", 5);
        await AddAsync("c", "x", 6, deleted: 7);

        Assert.Equal("ab", string.Concat((await FindAsync($"name like '{_mark}%'", [], ViewType.Active, 1)).Select(name => name[^1])));
        Assert.Equal("c", string.Concat((await FindAsync($"name like '{_mark}%'", [], ViewType.Deleted, 1)).Select(name => name[^1])));
        Assert.Equal("cab", string.Concat((await FindAsync($"name like '{_mark}%'", [], ViewType.All, 1)).Select(name => name[^1])));
    }

    private Task<int> AddAsync(string name, string team, long created, long? deleted = null) => fixture.Database.WriteAsync(
        async transaction =>
        {
            var experiment = await SearchFixture.AddExperimentAsync(transaction, _mark + name, created, deleted);
            return await transaction.ExecuteAsync("insert into experiment_tags (experiment, key, value) values (@experiment, 'team', @team)", new { experiment, team });
        },
        CancellationToken.None);

    private async Task<IReadOnlyList<string>> FindAsync(string filter, string[] order, ViewType view, int pageSize)
    {
        var names = new List<string>();
        string? token = null;
        do
        {
            var query = SearchQuery.ForExperiments(filter, order, view, pageSize, token);
            var page = await fixture.Database.ReadAsync(connection => query.RunAsync(connection, CancellationToken.None), CancellationToken.None);
            foreach (var id in page.Ids)
            {
                names.Add((await fixture.Database.ReadAsync(
                    connection => Dapper.SqlMapper.QuerySingleAsync<string>(connection, "select name from experiments where id = @id", new { id }), CancellationToken.None))!);
            }

            token = page.NextPageToken;
        }
        while (token is not null);

        return names;
    }
}

public sealed class ExperimentSearchOnSqliteTests(SearchFixture fixture) : ExperimentSearchTests(fixture), IClassFixture<SearchFixture>;

public sealed class ExperimentSearchOnPostgreSqlTests(PostgreSqlSearchFixture fixture) : ExperimentSearchTests(fixture), IClassFixture<PostgreSqlSearchFixture>;
