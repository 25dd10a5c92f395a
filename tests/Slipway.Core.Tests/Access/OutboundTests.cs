using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Access;
using Slipway.Access.Outbound;
using Slipway.Core.Errors;

namespace Slipway.Core.Tests.Access;

public sealed class OutboundTests
{
    private static readonly Dictionary<string, string> NoHeaders = [];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("http://127.0.0.1:9/")]
    [InlineData("http://localhost:9/")]
    [InlineData("http://2130706433:9/")]
    [InlineData("http://[::1]:9/")]
    [InlineData("http://[::ffff:127.0.0.1]:9/")]
    [InlineData("http://[64:ff9b::7f00:1]:9/")]
    [InlineData("http://[2002:7f00:1::]:9/")]
    [InlineData("http://0.0.0.0:9/")]
    [InlineData("http://10.1.2.3/")]
    [InlineData("http://172.31.255.255/")]
    [InlineData("http://192.168.1.1/")]
    [InlineData("http://100.64.0.1/")]
    [InlineData("http://169.254.169.254/latest/meta-data/")]
    [InlineData("http://[fd00:ec2::254]/")]
    [InlineData("http://[fe80::1]/")]
    [InlineData("http://224.0.0.1/")]
    public async Task An_address_that_is_not_public_is_not_called(string address)
    {
        using var client = new OutboundClient(new AccessOptions());

        var error = await Assert.ThrowsAsync<SlipwayException>(() => client.PostAsync(new Uri(address), default, NoHeaders, Cancel));

        Assert.Equal(ErrorKind.Forbidden, error.Kind);
        Assert.Contains("outbound.allow", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_operator_allows_is_called_with_body_and_headers()
    {
        await using var target = await Target.StartAsync(async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            Assert.Equal(("{\"a\":1}", "7", "application/json"), (await reader.ReadToEndAsync(Cancel), context.Request.Headers["Slipway-Delivery"].ToString(), context.Request.ContentType));
        });
        using var client = Allowing("127.0.0.0/8");

        await client.PostAsync(target.Address, "{\"a\":1}"u8.ToArray(), new Dictionary<string, string> { ["Slipway-Delivery"] = "7" }, Cancel);

        Assert.Equal(1, target.Calls);
    }

    [Fact]
    public async Task A_redirect_is_checked_like_the_first_address()
    {
        await using var target = await Target.StartAsync(context =>
        {
            context.Response.StatusCode = StatusCodes.Status307TemporaryRedirect;
            context.Response.Headers.Location = "http://169.254.169.254/";
            return Task.CompletedTask;
        });
        using var client = Allowing("127.0.0.0/8");

        var error = await Assert.ThrowsAsync<SlipwayException>(() => client.PostAsync(target.Address, default, NoHeaders, Cancel));

        Assert.Equal(ErrorKind.Forbidden, error.Kind);
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(500)]
    public async Task What_does_not_succeed_is_named_by_its_status_and_nothing_of_its_answer_shows(int status)
    {
        await using var target = await Target.StartAsync(async context =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers.Location = "/elsewhere";
            await context.Response.WriteAsync("a secret", Cancel);
        });
        using var client = Allowing("127.0.0.0/8");

        var error = await Assert.ThrowsAsync<SlipwayException>(() => client.PostAsync(new Uri(target.Address, "/hook?token=t0k3n"), default, NoHeaders, Cancel));

        Assert.Equal((ErrorKind.Unavailable, $"127.0.0.1 answered with {status}."), (error.Kind, error.Message));
        Assert.Equal(1, target.Calls);
    }

    [Fact]
    public async Task A_circle_of_redirects_ends()
    {
        await using var target = await Target.StartAsync(context =>
        {
            context.Response.StatusCode = StatusCodes.Status308PermanentRedirect;
            context.Response.Headers.Location = "/";
            return Task.CompletedTask;
        });
        using var client = Allowing("127.0.0.0/8");

        await Assert.ThrowsAsync<SlipwayException>(() => client.PostAsync(target.Address, default, NoHeaders, Cancel));

        Assert.Equal(4, target.Calls);
    }

    [Fact]
    public void A_network_that_is_none_is_refused_at_the_start()
    {
        var error = Assert.Throws<SlipwayException>(() => new ServiceCollection().AddAccess(new AccessOptions { OutboundAllow = ["10.0.0.0/99", "everything"] }));

        Assert.Equal(2, error.Details.Count);
    }

    private static OutboundClient Allowing(string network) => new(new AccessOptions { OutboundAllow = [network] });

    private sealed class Target : IAsyncDisposable
    {
        private readonly WebApplication _app;
        private int _calls;

        private Target(WebApplication app) => _app = app;

        public int Calls => _calls;

        public Uri Address => new(_app.Urls.First());

        public static async Task<Target> StartAsync(RequestDelegate answer)
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
            var target = new Target(builder.Build());
            target._app.Run(context =>
            {
                Interlocked.Increment(ref target._calls);
                return answer(context);
            });
            await target._app.StartAsync(Cancel);
            return target;
        }

        public ValueTask DisposeAsync() => _app.DisposeAsync();
    }
}
