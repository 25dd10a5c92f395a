using Slipway.Console.Reading;
using Slipway.Tracking.Reading;

namespace Slipway.Apps.Tests.Console;

public sealed class RunsChoiceTests
{
    [Fact]
    public void What_an_address_says_is_read_and_written_alike()
    {
        var choice = RunsChoice.Read(" metrics.`a b` > 1 & x ", "-metrics.val/loss x", ["metrics.val/loss x", "params.lr", "tags.mlflow.user", "end_time"], "all", null, "tok/en=");

        var address = choice.Address("7");

        Assert.Equal(
            "experiments/7?filter=metrics.%60a%20b%60%20%3E%201%20%26%20x&order=-metrics.val%2Floss%20x&column=metrics.val%2Floss%20x&column=params.lr&column=tags.mlflow.user&column=end_time&view=all&before=tok%2Fen%3D",
            address);
        var query = System.Web.HttpUtility.ParseQueryString(address[(address.IndexOf('?', StringComparison.Ordinal) + 1)..]);
        Assert.Equal(address, RunsChoice.Read(query["filter"], query["order"], query.GetValues("column"), query["view"], query["after"], query["before"]).Address("7"));
    }

    [Fact]
    public void What_is_as_usual_is_left_out()
    {
        Assert.Equal("experiments/0", RunsChoice.Read(null, null, null, null, null, null).Address("0"));
        Assert.Equal("experiments/0", RunsChoice.Read("  ", "", null, "nothing", "", "").Address("0"));
        Assert.Equal("experiments/0", RunsChoice.Read(null, "-", null, "7", null, null).Address("0"));
    }

    [Fact]
    public void No_columns_are_another_choice_than_the_usual_ones()
    {
        var none = RunsChoice.Read(null, null, [""], null, null, null);

        Assert.Empty(none.Columns!);
        Assert.Equal("experiments/0?column=", none.Address("0"));
        Assert.Null(RunsChoice.Read(null, null, [], null, null, null).Columns);
    }

    [Fact]
    public void Columns_are_taken_once_up_to_the_most_and_what_is_none_is_left_out()
    {
        var names = Enumerable.Range(0, RunsChoice.MostColumns + 1).SelectMany(i => new[] { $"metrics.m{i}", $"metrics.m{i}" });

        var columns = RunsChoice.Read(null, null, ["nothing", "metrics.", "run_name", .. names], null, null, null).Columns!;

        Assert.Equal(RunsChoice.MostColumns, columns.Count);
        Assert.Equal(Enumerable.Range(0, RunsChoice.MostColumns).Select(i => $"m{i}"), columns.Select(c => c.Title));
    }

    [Theory]
    [InlineData("metrics.rmse", "metrics.`rmse`")]
    [InlineData("params.a b", "params.`a b`")]
    [InlineData("tags.x` DESC, `y", "tags.`x`` DESC, ``y`")]
    [InlineData("start_time", "start_time")]
    [InlineData("drop table", "drop table")]
    public void A_key_stays_a_key_in_the_grammar(string name, string grammar) => Assert.Equal(grammar, RunColumn.Read(name).ToGrammar());

    [Fact]
    public void A_column_sorts_by_what_people_look_for_first_and_then_the_other_way_from_the_first_page()
    {
        var choice = new RunsChoice { Place = new PagePlace("token", Backwards: false) };
        var rmse = RunColumn.Read("metrics.rmse");

        var once = choice.SortedBy(rmse);

        Assert.Equal("experiments/1?order=-metrics.rmse", once.Address("1"));
        Assert.Equal("experiments/1?order=metrics.rmse", once.SortedBy(rmse).Address("1"));
        Assert.Equal("experiments/1?order=params.lr", once.SortedBy(RunColumn.Read("params.lr")).Address("1"));
        Assert.Equal((true, null), (choice.Direction(RunColumn.Started), choice.Direction(rmse)));
        Assert.Equal("experiments/1?order=start_time", choice.SortedBy(RunColumn.Started).Address("1"));
    }
}
