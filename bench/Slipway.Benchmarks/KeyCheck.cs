using BenchmarkDotNet.Attributes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Access;
using Slipway.Access.Keys;
using Slipway.Core;
using Slipway.Storage;

namespace Slipway.Benchmarks;

/// <summary>What stands in front of a prediction, without authentication and with a key among a thousand: the difference is what a key costs a request.</summary>
[MemoryDiagnoser]
public class KeyCheck
{
    private string _folder = "";
    private ServiceProvider _services = null!;
    private RequestDelegate _pipeline = null!;
    private DefaultHttpContext _context = null!;

    /// <summary>True with authentication on.</summary>
    [Params(false, true)]
    public bool Key { get; set; }

    [GlobalSetup]
    public async Task SetupAsync()
    {
        _folder = Directory.CreateTempSubdirectory("slipway-bench-").FullName;
        _services = new ServiceCollection().AddLogging().AddStorage(new StorageOptions(_folder)).AddAccess(new AccessOptions { RequireSignIn = Key }).BuildServiceProvider();
        await _services.OpenStorageAsync(CancellationToken.None);
        var keys = _services.GetRequiredService<IApiKeys>();
        var secret = "";
        for (var i = 0; i < 1000; i++)
        {
            secret = (await keys.CreateAsync(new KeyRequest($"key-{i}", Role.Scorer) { Rate = 1_000_000 }, Actor.Local, CancellationToken.None)).Secret;
        }

        var app = new ApplicationBuilder(_services);
        app.UseAccess();
        app.Run(_ => Task.CompletedTask);
        _pipeline = app.Build();
        _context = new DefaultHttpContext { Request = { Method = "POST", Host = new HostString("127.0.0.1", 5080), Path = "/v2/models/m/infer" } };
        _context.Request.Headers.Authorization = $"Bearer {secret}";
        _context.SetEndpoint(new RouteEndpoint(_pipeline, RoutePatternFactory.Parse("/v2/models/{m}/infer"), 0, new EndpointMetadataCollection(new NeedsPermission(Permission.Score)), null));
    }

    [GlobalCleanup]
    public async Task CleanupAsync()
    {
        await _services.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>A request as far as its handler.</summary>
    [Benchmark]
    public Task Pass() => _pipeline(_context);
}
