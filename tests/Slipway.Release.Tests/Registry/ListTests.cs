using System.Text.Json;
using Slipway.Registry;

namespace Slipway.Release.Tests.Registry;

public sealed class ListTests(ReleaseFixture fixture)
{
    private readonly ReleaseHost _host = fixture.Host;
    private readonly string _model = $"list-{Guid.NewGuid():N}";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Models_come_in_pages_by_name_each_with_its_newest_version()
    {
        foreach (var name in new[] { "b", "a", "c" })
        {
            await _host.RegisterAsync($"{_model}-{name}", "1", Cancel);
        }

        await _host.RegisterAsync($"{_model}-a", "2", Cancel);

        var first = await _host.Registry.ListModelsAsync(new ModelQuery(2, _model.ToUpperInvariant()), Cancel);
        var second = await _host.Registry.ListModelsAsync(new ModelQuery(2, _model, first[^1].Model), Cancel);

        Assert.Equal([($"{_model}-a", 2, 2), ($"{_model}-b", 1, 1)], first.Select(m => (m.Model, m.Versions, m.Newest.Number)));
        Assert.Equal([$"{_model}-c"], second.Select(m => m.Model));
    }

    [Fact]
    public async Task A_search_takes_its_signs_literally()
    {
        await _host.RegisterAsync(_model, "1", Cancel);

        var (_, found) = await _host.GetAsync($"/api/v1/models?q={_model}", Cancel);
        var (_, percent) = await _host.GetAsync($"/api/v1/models?q={_model[..8]}%25{_model[9..]}", Cancel);
        var (_, any) = await _host.GetAsync($"/api/v1/models?q={_model[..8]}_{_model[9..]}", Cancel);

        Assert.Equal([_model], Names(found));
        Assert.Empty(Names(percent));
        Assert.Empty(Names(any));
    }

    [Fact]
    public async Task Versions_come_in_pages_newest_first()
    {
        for (var i = 0; i < 5; i++)
        {
            await _host.RegisterAsync(_model, $"{i}", Cancel);
        }

        Assert.Equal([5, 4], await PageAsync("limit=2"));
        Assert.Equal([3, 2], await PageAsync("limit=2&before=4"));
        Assert.Equal([1], await PageAsync("limit=2&before=2"));
        Assert.Empty(await PageAsync("limit=2&before=1"));
    }

    [Theory]
    [InlineData("/api/v1/models?limit=0")]
    [InlineData("/api/v1/models?limit=1001")]
    [InlineData("/api/v1/models/any/versions?limit=-1")]
    public async Task A_page_that_is_too_long_is_refused(string path)
    {
        var (status, body) = await _host.GetAsync(path, Cancel);

        Assert.Equal(400, status);
        Assert.EndsWith("Give a number from 1 to 1000.", body.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    private async Task<IEnumerable<int>> PageAsync(string query)
    {
        var (status, body) = await _host.GetAsync($"/api/v1/models/{_model}/versions?{query}", Cancel);
        Assert.Equal(200, status);
        return body.EnumerateArray().Select(v => v.GetProperty("number").GetInt32());
    }

    private static string?[] Names(JsonElement models) => [.. models.EnumerateArray().Select(m => m.GetProperty("model").GetString())];
}
