using Slipway.Core.Errors;
using Slipway.Tracking.Search;

namespace Slipway.Develop.Tests.Tracking.Search;

/// <summary>Rows of which a thing may have several, as a run has datasets; here a run's tags stand for them.</summary>
public abstract class RelatedFieldTests(SearchFixture fixture)
{
    private static readonly FieldSet Fields = SearchFields.Runs with
    {
        Related = new Dictionary<string, (RelatedRows, IReadOnlyDictionary<string, string>)>
        {
            ["dataset"] = (new RelatedRows("run_tags t", "t.run"), new Dictionary<string, string> { ["name"] = "t.key", ["digest"] = "t.value" }),
        },
    };

    [Theory]
    [InlineData("datasets.name = 'train'", "ab")]
    [InlineData("dataset.name != 'train'", "a")]
    [InlineData("datasets.name = 'test' and datasets.digest = 'one'", "a")]
    [InlineData("datasets.digest in ('two', 'three')", "ab")]
    [InlineData("datasets.name like 't%'", "ab")]
    [InlineData("datasets.name is null", "c")]
    [InlineData("datasets.name is not null", "ab")]
    public async Task A_thing_is_found_when_one_of_its_rows_is_as_asked(string filter, string expected)
    {
        var mark = Guid.NewGuid().ToString("N");
        var experiment = await fixture.AddAsync(
            new SampleRun { Id = $"a{mark}", Start = 1, Tags = new Dictionary<string, string> { ["train"] = "one", ["test"] = "two" } },
            new SampleRun { Id = $"b{mark}", Start = 2, Tags = new Dictionary<string, string> { ["train"] = "three" } },
            new SampleRun { Id = $"c{mark}", Start = 3 });

        var found = await fixture.FindAsync(token => SearchQuery.For(Fields, [experiment], filter, ["start_time"], ViewType.Active, 2, token), pageSize: 2);

        Assert.Equal(expected, string.Concat(found.Select(id => id[0])));
    }

    [Fact]
    public void Other_columns_and_an_order_by_them_are_refused()
    {
        var unknown = Assert.Throws<SlipwayException>(() => SearchQuery.For(Fields, [1], "datasets.size = '1'", [], ViewType.Active, 1, null));
        var order = Assert.Throws<SlipwayException>(() => SearchQuery.For(Fields, [1], null, ["datasets.name"], ViewType.Active, 1, null));

        Assert.Equal("Invalid filter at position 1: Invalid dataset key 'size'. Valid keys are 'name', 'digest'.", unknown.Message);
        Assert.Contains("gives no order", order.Message, StringComparison.Ordinal);
    }
}

public sealed class RelatedFieldOnSqliteTests(SearchFixture fixture) : RelatedFieldTests(fixture), IClassFixture<SearchFixture>;

public sealed class RelatedFieldOnPostgreSqlTests(PostgreSqlSearchFixture fixture) : RelatedFieldTests(fixture), IClassFixture<PostgreSqlSearchFixture>;
