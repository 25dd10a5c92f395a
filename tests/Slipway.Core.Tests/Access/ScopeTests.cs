using System.Net;
using System.Net.Http.Json;
using Slipway.Access;
using Slipway.Access.Keys;
using Slipway.Access.Scopes;

namespace Slipway.Core.Tests.Access;

public sealed class ScopeTests : IAsyncLifetime
{
    private KeyServer _server = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _server = await KeyServer.StartAsync(Cancel);

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData("/score/bikes", 200)]
    [InlineData("/score/scooters", 403)]
    [InlineData("/score/nothing", 403)]
    [InlineData("/score/BIKES", 403)]
    [InlineData("/projects/bike-demand", 403)]
    [InlineData("/in-body?name=bikes", 200)]
    [InlineData("/in-body?name=scooters", 403)]
    [InlineData("/message?name=bikes", 200)]
    [InlineData("/message?name=scooters", 403)]
    [InlineData("/may/Score", 403)] // It says of what it is nowhere, so it is refused.
    [InlineData("/may/Anonymous", 200)]
    public async Task A_key_of_a_deployment_reaches_that_one(string path, int status) =>
        Assert.Equal(status, await AskAsync(new KeyRequest("x", Role.Developer) { Deployments = ["bikes"] }, path));

    [Theory]
    [InlineData("/score/bikes", 200)]
    [InlineData("/score/scooters", 403)]
    [InlineData("/score/nothing", 403)]
    [InlineData("/projects/bike-demand", 200)]
    [InlineData("/projects/scooter-demand", 403)]
    [InlineData("/in-body?name=bikes", 200)]
    [InlineData("/in-body?name=scooters", 403)]
    [InlineData("/may/Deploy", 403)]
    public async Task A_key_of_a_project_reaches_it_and_what_is_deployed_of_it(string path, int status) =>
        Assert.Equal(status, await AskAsync(new KeyRequest("x", Role.Developer) { Projects = ["bike-demand"] }, path));

    [Fact]
    public async Task A_list_shows_what_is_in_reach()
    {
        using var client = _server.Client(await _server.NewKeyAsync(new KeyRequest("x", Role.Scorer) { Projects = ["scooter-demand"] }, Cancel));
        using var all = _server.Client(_server.Secret(Role.Scorer));

        Assert.Equal(["scooters"], await client.GetFromJsonAsync<string[]>("/filtered", Cancel) ?? []);
        Assert.Equal(["bikes", "scooters"], await all.GetFromJsonAsync<string[]>("/filtered", Cancel) ?? []);
    }

    [Fact]
    public async Task A_message_of_a_stream_is_refused_once_the_key_has_ended_and_counts_for_its_rate()
    {
        using var client = _server.Client(await _server.NewKeyAsync(new KeyRequest("x", Role.Scorer) { Deployments = ["bikes"], Rate = 3 }, Cancel));

        // The request counts, and its message does.
        Assert.Equal(HttpStatusCode.OK, (await client.PostAsync("/message?name=bikes", null, Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await client.PostAsync("/message?name=bikes", null, Cancel)).StatusCode);
    }

    // The target's parts are a project and a deployment; bikes belongs to bike-demand, scooters to scooter-demand, and new-one answers with nothing yet.
    [Theory]
    [InlineData("", "", "bike-demand", "bikes", true)]
    [InlineData("", "", null, null, true)]
    [InlineData("bike-demand", "", null, null, false)]
    [InlineData("bike-demand", "", "bike-demand", "bikes", true)]
    [InlineData("bike-demand", "", "bike-demand", "new-one", true)]
    [InlineData("bike-demand", "", "bike-demand", "scooters", false)] // Their version would take over somebody else's deployment.
    [InlineData("bike-demand", "", "scooter-demand", "bikes", false)]
    [InlineData("bike-demand", "", "scooter-demand", "new-one", false)]
    [InlineData("", "bikes", "bike-demand", "bikes", true)]
    [InlineData("", "bikes", "scooter-demand", "bikes", true)]
    [InlineData("", "bikes", "bike-demand", "new-one", false)]
    [InlineData("", "bikes", "bike-demand", null, false)]
    [InlineData("bike-demand", "scooters", "bike-demand", "scooters", true)]
    [InlineData("bike-demand", "scooters", "scooter-demand", "scooters", false)]
    [InlineData("bike-demand", "scooters", null, "scooters", true)]
    [InlineData("bike-demand", "scooters", null, "bikes", true)]
    public void Of_a_version_for_a_deployment_both_must_be_in_reach(string projects, string deployments, string? project, string? deployment, bool contained)
    {
        var scope = new Scope(projects.Split(' ', StringSplitOptions.RemoveEmptyEntries), deployments.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        Assert.Equal(contained, scope.Contains(new ScopeTarget(project, deployment), _server.Services.GetService(typeof(IDeploymentModels)) as IDeploymentModels));
    }

    [Fact]
    public async Task A_refusal_says_what_the_key_is_limited_to_and_the_same_of_what_is_not_there()
    {
        using var client = _server.Client(await _server.NewKeyAsync(new KeyRequest("x", Role.Scorer) { Deployments = ["bikes", "a"] }, Cancel));

        var told = await (await client.PostAsync("/score/scooters", null, Cancel)).Content.ReadAsStringAsync(Cancel);
        Assert.Contains("The key x is limited to deployments a, bikes", told, StringComparison.Ordinal);
        Assert.Equal(told, await (await client.PostAsync("/score/nothing", null, Cancel)).Content.ReadAsStringAsync(Cancel));
    }

    private async Task<int> AskAsync(KeyRequest request, string path)
    {
        using var client = _server.Client(await _server.NewKeyAsync(request, Cancel));
        using var response = await client.PostAsync(path, null, Cancel);
        return (int)response.StatusCode;
    }
}
