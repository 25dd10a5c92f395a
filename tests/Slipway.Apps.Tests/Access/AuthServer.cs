using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Slipway.Access;
using Slipway.Access.Audit;
using Slipway.Access.Keys;
using Slipway.Core;
using Slipway.Server;

namespace Slipway.Apps.Tests.Access;

/// <summary>The whole program with authentication on, a key of each role, and two models that are served from a folder.</summary>
public sealed class AuthServer : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("slipway-auth-").FullName;
    private readonly Dictionary<Role, string> _secrets = [];
    private SlipwayServer _server = null!;

    public string Http => _server.HttpAddress;

    public string Grpc => _server.GrpcAddress;

    public IApiKeys Keys => _server.Services.GetRequiredService<IApiKeys>();

    public IAuditLog Audit => _server.Services.GetRequiredService<IAuditLog>();

    public IReadOnlyList<RouteEndpoint> Routes => [.. _server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()];

    public async ValueTask InitializeAsync()
    {
        var models = Directory.CreateDirectory(Path.Combine(_folder, "models")).FullName;
        foreach (var name in new[] { "bikes", "scooters" })
        {
            var target = Directory.CreateDirectory(Path.Combine(models, name, "1")).FullName;
            foreach (var file in Directory.GetFiles(Path.Combine(Root(), "bench", "load", "model")))
            {
                File.Copy(file, Path.Combine(target, Path.GetFileName(file)));
            }
        }

        var settings = new ServerSettings
        {
            Http = new IPEndPoint(IPAddress.Loopback, 0),
            Grpc = new IPEndPoint(IPAddress.Loopback, 0),
            Data = Path.Combine(_folder, "data"),
            Models = new Slipway.Serving.ModelFolderOptions { Path = models },
            DefaultDeployment = "bikes",
            Auth = true,
        };
        await using (var keys = await KeysAtRest.OpenAsync(settings, CancellationToken.None))
        {
            foreach (var role in Enum.GetValues<Role>())
            {
                _secrets[role] = (await keys.CreateAsync(new($"{role.Name()}-key", role.Name(), [], [], null, null), CancellationToken.None)).Secret;
            }
        }

        _server = await SlipwayServer.StartAsync(settings, LogLevel.Warning, CancellationToken.None);

        // The folder is read in the background.
        using var client = Client(Role.Admin);
        foreach (var name in new[] { "bikes", "scooters" })
        {
            for (var tries = 0; (await client.GetAsync($"/v2/models/{name}/ready")).StatusCode != HttpStatusCode.OK; tries++)
            {
                Assert.True(tries < 600, $"{name} is not served.");
                await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    public string Secret(Role role) => _secrets[role];

    public async Task<string> NewKeyAsync(Role role, string[]? deployments = null, int? rate = null) =>
        (await Keys.CreateAsync(new KeyRequest($"k{Guid.NewGuid():N}", role) { Deployments = deployments ?? [], Rate = rate }, Actor.Local, CancellationToken.None)).Secret;

    public HttpClient Client(Role role) => Client(_secrets[role]);

    /// <summary>A client of the HTTP port with a key, or without; it follows no redirects and keeps no cookies.</summary>
    public HttpClient Client(string? secret)
    {
        var client = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = new Uri(Http) };
        if (secret is not null)
        {
            client.DefaultRequestHeaders.Add("Authorization", $"Bearer {secret}");
        }

        return client;
    }

    /// <summary>A row of the models' thirty columns, in each protocol's form.</summary>
    public static JsonObject Record() => new(Enumerable.Range(0, 30).Select(i => KeyValuePair.Create($"f{i}", (JsonNode?)0.5)));

    public static JsonObject Tensors() => new()
    {
        ["inputs"] = new JsonArray([.. Enumerable.Range(0, 30).Select(i => (JsonNode)new JsonObject { ["name"] = $"f{i}", ["datatype"] = "FP64", ["shape"] = new JsonArray(1), ["data"] = new JsonArray(0.5) })]),
    };

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Slipway.slnx")))
        {
            folder = Path.GetDirectoryName(folder)!;
        }

        return folder;
    }
}
