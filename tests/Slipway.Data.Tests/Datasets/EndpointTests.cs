using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Slipway.Access;
using Slipway.Core;
using Slipway.Core.Errors;
using Slipway.Datasets;

namespace Slipway.Data.Tests.Datasets;

public sealed class EndpointTests : IAsyncLifetime
{
    private DatasetsHost _host = null!;
    private WebApplication _server = null!;
    private HttpClient _client = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _host = await DatasetsHost.StartAsync();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore().AddLogging(log => log.ClearProviders());
        builder.Services.ConfigureHttpJsonOptions(json => SlipwayJson.Configure(json.SerializerOptions));
        builder.Services.AddSingleton(_host.Datasets);
        _server = builder.Build();
        _server.Use(async (context, next) =>
        {
            try
            {
                await next(context);
            }
            catch (SlipwayException e) when (e.Kind == ErrorKind.NotFound)
            {
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                await context.Response.WriteAsync(e.Message, Cancel);
            }
        });
        _server.MapDatasets();
        await _server.StartAsync(Cancel);
        var address = _server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        _client = new HttpClient { BaseAddress = new Uri(address) };
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
        await _host.DisposeAsync();
    }

    [Fact]
    public async Task Versions_are_listed_and_one_is_shown_with_its_profile()
    {
        var version = (await _host.SnapshotAsync("select unnest([1, 2, 4]) as n, 'x' as t", label: "n")).Version;

        var list = await _client.GetFromJsonAsync<JsonElement>("/api/v1/datasets/rides", Cancel);
        var shown = await _client.GetFromJsonAsync<JsonElement>($"/api/v1/datasets/rides/{version.Digest}", Cancel);

        var listed = Assert.Single(list.EnumerateArray());
        Assert.Equal((version.Digest, 3, 2, "n"), (listed.GetProperty("digest").GetString(), listed.GetProperty("rows").GetInt32(), listed.GetProperty("columns").GetInt32(), listed.GetProperty("label").GetString()));
        Assert.False(listed.TryGetProperty("time", out _));
        var column = shown.GetProperty("columns")[0];
        Assert.Equal(("n", "number", "4"), (column.GetProperty("name").GetString(), column.GetProperty("kind").GetString(), column.GetProperty("maximum").GetString()));
        Assert.Equal(11, column.GetProperty("quantiles").GetArrayLength());
        Assert.Equal("select unnest([1, 2, 4]) as n, 'x' as t", shown.GetProperty("sql").GetString());
    }

    [Theory]
    [InlineData("/api/v1/datasets/none", "There is no dataset 'none'")]
    [InlineData("/api/v1/datasets/none/0123", "There is no version '0123' of a dataset 'none'")]
    public async Task What_is_not_there_is_named(string path, string says)
    {
        using var answer = await _client.GetAsync(new Uri(path, UriKind.Relative), Cancel);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.StartsWith(says, await answer.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_route_declares_that_it_reads()
    {
        var endpoints = ((IEndpointRouteBuilder)_server).DataSources.SelectMany(s => s.Endpoints).ToList();

        Assert.Equal(2, endpoints.Count);
        Assert.All(endpoints, e => Assert.Equal(Permission.Read, e.Metadata.GetMetadata<NeedsPermission>()!.Permission));
        Assert.All(endpoints, e => Assert.NotNull(e.Metadata.GetMetadata<IEndpointSummaryMetadata>()));
    }
}
