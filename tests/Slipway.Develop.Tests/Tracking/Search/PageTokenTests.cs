using System.Text;
using Slipway.Core.Errors;
using Slipway.Tracking.Search;

namespace Slipway.Develop.Tests.Tracking.Search;

public sealed class PageTokenTests(SearchFixture fixture) : IClassFixture<SearchFixture>
{
    [Fact]
    public async Task A_token_of_another_search_is_refused()
    {
        var runs = Enumerable.Range(0, 3).Select(i => new SampleRun { Start = i, Metrics = new Dictionary<string, double> { ["m"] = i } }).ToList();
        var (experiment, other) = (await fixture.AddAsync(runs), await fixture.AddAsync());
        var first = SearchQuery.ForRuns([experiment], "metrics.m >= 0", ["metrics.m"], ViewType.Active, 1);
        var token = (await fixture.Database.ReadAsync(connection => first.RunAsync(connection, CancellationToken.None), CancellationToken.None)).NextPageToken!;

        Assert.NotNull(SearchQuery.ForRuns([experiment], "metrics.m >= 0", ["metrics.m"], ViewType.Active, 50, token));
        AssertRefused(() => SearchQuery.ForRuns([other], "metrics.m >= 0", ["metrics.m"], ViewType.Active, 1, token));
        AssertRefused(() => SearchQuery.ForRuns([experiment, other], "metrics.m >= 0", ["metrics.m"], ViewType.Active, 1, token));
        AssertRefused(() => SearchQuery.ForRuns([experiment], "metrics.m >= 1", ["metrics.m"], ViewType.Active, 1, token));
        AssertRefused(() => SearchQuery.ForRuns([experiment], null, ["metrics.m"], ViewType.Active, 1, token));
        AssertRefused(() => SearchQuery.ForRuns([experiment], "metrics.m >= 0", ["metrics.m desc"], ViewType.Active, 1, token));
        AssertRefused(() => SearchQuery.ForRuns([experiment], "metrics.m >= 0", [], ViewType.Active, 1, token));
        AssertRefused(() => SearchQuery.ForRuns([experiment], "metrics.m >= 0", ["metrics.m"], ViewType.All, 1, token));
        AssertRefused(() => SearchQuery.ForExperiments("metrics.m >= 0".Replace("metrics.m", "creation_time", StringComparison.Ordinal), [], ViewType.Active, 1, token));
    }

    [Theory]
    [InlineData("x")]
    [InlineData("%%%")]
    [InlineData("e30")]
    [InlineData("W10")]
    [InlineData("bnVsbA")]
    [InlineData("W251bGwsbnVsbCxudWxsXQ")]
    [InlineData("eyJvZmZzZXQiOiAxfQ==")]
    public void What_is_no_token_is_refused(string token) => AssertRefused(() => SearchQuery.ForRuns([1], null, [], ViewType.Active, 1, token));

    [Theory]
    [InlineData("1e3", "run")]
    [InlineData("1", null)]
    [InlineData("", "run")]
    [InlineData("99999999999999999999", "run")]
    public async Task A_token_whose_values_were_changed_is_refused_or_means_another_place(string start, string? run)
    {
        var experiment = await fixture.AddAsync(new SampleRun { Start = 1 }, new SampleRun { Start = 2 });
        var query = SearchQuery.ForRuns([experiment], null, [], ViewType.Active, 1);
        var token = (await fixture.Database.ReadAsync(connection => query.RunAsync(connection, CancellationToken.None), CancellationToken.None)).NextPageToken!;
        var parts = System.Text.Json.JsonSerializer.Deserialize<string[]>(System.Buffers.Text.Base64Url.DecodeFromChars(token))!;

        var changed = System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes(System.Text.Json.JsonSerializer.Serialize(new[] { parts[0], start, run })));

        AssertRefused(() => SearchQuery.ForRuns([experiment], null, [], ViewType.Active, 1, changed));
    }

    private static void AssertRefused(Action action)
    {
        var error = Assert.Throws<SlipwayException>(action);
        Assert.Equal(ErrorKind.InvalidInput, error.Kind);
        Assert.Contains("not one of this search", error.Message, StringComparison.Ordinal);
    }
}
