using CsCheck;

namespace Slipway.Develop.Tests.Tracking.Search;

public abstract class SearchPropertyTests(SearchFixture fixture)
{
    [Fact]
    public Task SQL_finds_what_a_naive_search_finds_in_the_same_order_and_in_pages_of_any_size() =>
        Gen.Select(NaiveSearch.Runs, NaiveSearch.Runs, Gen.Select(NaiveSearch.Filter, NaiveSearch.Order, Gen.Int[1, 5]).Array[5]).SampleAsync(
            async (first, second, searches) =>
            {
                // Ids are new each time, since the database keeps the runs of the samples before.
                SampleRun[][] runs = [[.. first.Select(WithNewId)], [.. second.Select(WithNewId)]];
                long[] experiments = [await fixture.AddAsync(runs[0]), await fixture.AddAsync(runs[1])];
                foreach (var (filter, order, pageSize) in searches)
                {
                    var text = string.Join(" and ", filter.Select(condition => condition.Text));
                    string[] terms = [.. order.Select(term => term.Text)];

                    Assert.Equal(NaiveSearch.Find(runs[0], filter, order), await fixture.FindAsync(experiments[..1], text, terms, pageSize: pageSize));
                    Assert.Equal(NaiveSearch.Find(runs.SelectMany(r => r), filter, order), await fixture.FindAsync(experiments, text, terms, pageSize: pageSize));
                }
            },
            iter: 150, threads: 2);

    private static SampleRun WithNewId(SampleRun run) => run with { Id = Guid.NewGuid().ToString("N") };
}

public sealed class SearchPropertyOnSqliteTests(SearchFixture fixture) : SearchPropertyTests(fixture), IClassFixture<SearchFixture>;

public sealed class SearchPropertyOnPostgreSqlTests(PostgreSqlSearchFixture fixture) : SearchPropertyTests(fixture), IClassFixture<PostgreSqlSearchFixture>;
