using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Access;
using Slipway.Access.Keys;
using Slipway.Core.Tests.Storage;
using Slipway.Storage;
using Slipway.Tests;

namespace Slipway.Core.Tests.Access;

public sealed class PredictionPathTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_prediction_that_is_answered_at_once_costs_no_allocation_here_with_a_key_as_without(bool withKey)
    {
        using var folder = new TemporaryFolder();
        await using var services = new ServiceCollection().AddLogging().AddTestStorage(folder.Of("data")).AddAccess(new AccessOptions { RequireSignIn = withKey }).BuildServiceProvider();
        await services.OpenStorageAsync(TestContext.Current.CancellationToken);
        var key = await services.GetRequiredService<IApiKeys>().CreateAsync(new KeyRequest("shop", Role.Scorer) { Rate = 1_000_000 }, Actor.Local, TestContext.Current.CancellationToken);
        var app = new ApplicationBuilder(services);
        app.UseAccess();
        app.Run(_ => Task.CompletedTask);
        var pipeline = app.Build();

        var context = new DefaultHttpContext { Request = { Method = "POST", Host = new HostString("127.0.0.1", 5080), Path = "/v2/models/m/infer" } };
        context.SetEndpoint(new RouteEndpoint(pipeline, RoutePatternFactory.Parse("/v2/models/{m}/infer"), 0, new EndpointMetadataCollection(new NeedsPermission(Permission.Score)), null));
        context.Request.Headers.Authorization = $"Bearer {key.Secret}";
        var requests = 0;
        Run();

        var before = GC.GetAllocatedBytesForCurrentThread();
        Run();

        // Below a byte a request: the runtime may allocate something once, when it compiles a method better.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 999);
        Assert.Equal(2000, requests);

        void Run()
        {
            for (var i = 0; i < 1000; i++)
            {
                Assert.True(pipeline(context).IsCompletedSuccessfully);
                requests++;
            }
        }
    }
}
