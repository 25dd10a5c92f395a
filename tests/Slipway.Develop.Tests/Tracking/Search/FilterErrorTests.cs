using Slipway.Core.Errors;
using Slipway.Tracking.Search;

namespace Slipway.Develop.Tests.Tracking.Search;

public sealed class FilterErrorTests
{
    [Theory]
    [InlineData("metrics.acc > 0.9 or metrics.acc < 1", 19, "OR is not part of the grammar")]
    [InlineData("metrics.acc > 'high'", 15, "expected a numeric value for metric 'acc', found 'high'")]
    [InlineData("metrics.acc > NaN", 15, "numeric")]
    [InlineData("metrics.acc like 'a'", 13, "Invalid comparator 'like' for metric 'acc', which is a number")]
    [InlineData("metrics.acc in (1)", 13, "Invalid comparator 'in'")]
    [InlineData("params.lr > '0.1'", 11, "Invalid comparator '>' for parameter 'lr', which is a text")]
    [InlineData("params.lr = 0.1", 13, "expected a quoted string value for parameter 'lr', such as 'my-value', found '0.1'")]
    [InlineData("params.lr = x", 13, "quoted")]
    [InlineData("params.lr = `x`", 13, "quoted")]
    [InlineData("params.lr == '1'", 11, "Write =.")]
    [InlineData("params.lr <> '1'", 11, "Write !=.")]
    [InlineData("params.lr", 10, "expected a comparison such as = or LIKE, found the end")]
    [InlineData("params.lr =", 12, "found the end")]
    [InlineData("params. = '1'", 9, "expected a key, found '='")]
    [InlineData("params.'' = '1'", 8, "expected a key")]
    [InlineData("params.lr = 'x", 13, "the quote ' is not closed")]
    [InlineData("params.`lr = 'x'", 8, "the quote ` is not closed")]
    [InlineData("params.lr = 'x' params.y = 'z'", 17, "expected AND or the end, found 'params.y'")]
    [InlineData("params.lr = 'x' and", 20, "expected a field such as metrics.acc")]
    [InlineData("and params.lr = 'x'", 1, "Invalid attribute key 'and'")]
    [InlineData("params.lr = 'x' ; drop table runs", 17, "';' has no meaning here")]
    [InlineData("(params.lr = 'x')", 1, "'(' cannot stand here")]
    [InlineData("not params.lr = 'x'", 1, "'not' cannot stand here")]
    [InlineData("'x' = params.lr", 1, "Invalid attribute key 'x'")]
    [InlineData("1 = 1", 1, "expected a field")]
    [InlineData("params.lr in 'x'", 14, "expected a list such as ('a', 'b')")]
    [InlineData("params.lr in ()", 15, "quoted")]
    [InlineData("params.lr in ('x' 'y')", 19, "expected ',' or ')'")]
    [InlineData("params.lr in ('x',)", 19, "quoted")]
    [InlineData("params.lr not like 'x'", 11, "expected a comparison")]
    [InlineData("params.lr is 'x'", 14, "expected NULL")]
    [InlineData("stats = 'x'", 1, "Did you mean 'status'?")]
    [InlineData("attributes.nothing = 'x'", 1, "Valid keys are 'run_id', 'run_name', 'status', 'user_id', 'artifact_uri', 'start_time', 'end_time'")]
    [InlineData("metics.acc > 1", 1, "Invalid entity type 'metics'. Valid values are 'attribute', 'metric', 'parameter', 'tag'")]
    [InlineData("start_time > 'today'", 14, "expected a numeric value for start_time")]
    [InlineData("start_time like '1%'", 12, "Invalid comparator")]
    [InlineData("metrics.acc > 1abc", 16, "expected AND or the end, found 'abc'")]
    [InlineData("metrics.acc > -", 15, "'-' has no meaning here")]
    [InlineData("metrics.acc > 1 \0", 17, "has no meaning here")]
    [InlineData("metrics.\u202eacc\u202e.x = 1 or", 21, "OR is not")]
    public void A_broken_filter_is_refused_with_the_place_and_what_is_wrong(string filter, int position, string sentence)
    {
        var error = Assert.Throws<SlipwayException>(() => SearchQuery.ForRuns([1], filter, [], ViewType.Active));

        Assert.Equal(ErrorKind.InvalidInput, error.Kind);
        Assert.StartsWith($"Invalid filter at position {position}: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(sentence, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\u202e', error.Message);
    }

    [Theory]
    [InlineData("", "position 1: expected a field")]
    [InlineData("metrics.acc up", "position 13: expected ASC, DESC or the end, found 'up'")]
    [InlineData("metrics.acc desc, params.x", "position 17: expected ASC, DESC or the end, found ','")]
    [InlineData("attributes.nothing", "Invalid attribute key 'nothing'")]
    [InlineData("metrics.`acc", "position 9: the quote ` is not closed")]
    public void A_broken_order_is_refused(string term, string sentence) => AssertRefused(sentence, () => SearchQuery.ForRuns([1], null, ["start_time", term], ViewType.Active));

    [Fact]
    public void A_field_may_stand_in_an_order_once() =>
        AssertRefused("duplicate fields", () => SearchQuery.ForRuns([1], null, ["metrics.acc", "metric.`acc` desc"], ViewType.Active));

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(50_001)]
    public void A_page_has_bounds(int size)
    {
        AssertRefused("at least 1 and at most 50000", () => SearchQuery.ForRuns([1], null, [], ViewType.Active, size));
        Assert.NotNull(SearchQuery.ForRuns([1], null, [], ViewType.Active, 50_000));
    }

    [Fact]
    public void A_filter_has_bounds_that_the_message_names()
    {
        AssertRefused("at most 100 comparisons", () => Parse(string.Join(" and ", Enumerable.Repeat("metrics.a > 1", 101))));
        AssertRefused("at most 10000 values", () => Parse($"run_id in ({string.Join(',', Enumerable.Repeat("'a'", 10_001))})"));
        AssertRefused("at most 5000 characters, found 5001", () => Parse($"params.p like '{new string('%', 5001)}'"));
        AssertRefused("at most 500000", () => Parse($"run_id = '{new string('a', 500_000)}'"));
        AssertRefused("at most 10 are taken", () => SearchQuery.ForRuns([1], null, [.. Enumerable.Range(0, 11).Select(i => $"metrics.m{i}")], ViewType.Active));
        AssertRefused("at most 10000 experiments", () => SearchQuery.ForRuns([.. Enumerable.Range(0, 10_001).Select(i => (long)i)], null, [], ViewType.Active));
        Parse(string.Join(" and ", Enumerable.Repeat("metrics.a > 1", 100)));
        Parse($"run_id in ({string.Join(',', Enumerable.Repeat("'a'", 10_000))})");
    }

    [Fact]
    public void Parts_that_runs_have_and_experiments_have_not_are_refused()
    {
        AssertRefused("Invalid entity type 'metrics'", () => SearchQuery.ForExperiments("metrics.acc > 1", [], ViewType.Active));
        AssertRefused("Invalid attribute key 'status'", () => SearchQuery.ForExperiments("status = 'x'", [], ViewType.Active));
    }

    private static void Parse(string filter) => SearchQuery.ForRuns([1], filter, [], ViewType.Active);

    private static void AssertRefused(string sentence, Action action)
    {
        var error = Assert.Throws<SlipwayException>(action);
        Assert.Equal(ErrorKind.InvalidInput, error.Kind);
        Assert.Contains(sentence, error.Message, StringComparison.Ordinal);
    }
}
