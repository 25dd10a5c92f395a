using System.Net;
using System.Net.Http.Json;
using System.Text;
using Microsoft.AspNetCore.Http;
using Slipway.Access.Audit;

namespace Slipway.Core.Tests.Access;

public sealed class AuditTests : IAsyncLifetime
{
    private readonly AccessServer _server = new();
    private HttpClient? _client;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await _server.InitializeAsync();
        _client = _server.CreateClient();
    }

    public async ValueTask DisposeAsync()
    {
        _client!.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_change_is_recorded_with_who_what_target_source_and_outcome_before_it_is_answered()
    {
        for (var i = 0; i < 20; i++)
        {
            await _client!.PostAsync($"/models/bike-demand/versions/1.0.{i}/approve", null, Cancel);
            var entry = (await _server.Audit.ListAsync(1, Cancel)).Single();
            Assert.Equal(new AuditEntry(entry.At, Actor.Local, "ApproveVersion", $"bike-demand@1.0.{i}", "127.0.0.1", 200), entry);
        }
    }

    [Theory]
    [InlineData("", "1.0.2 1.0.1 1.0.0")]
    [InlineData("?who=local", "1.0.2 1.0.1 1.0.0")]
    [InlineData("?who=loca", "")]
    [InlineData("?what=approveversion", "1.0.2 1.0.1 1.0.0")]
    [InlineData("?what=Bike-Demand%401.0.1", "1.0.1")]
    [InlineData("?what=bike_demand", "")]
    [InlineData("?what=%25", "")]
    [InlineData("?what=demand&limit=2", "1.0.2 1.0.1")]
    [InlineData("?since=2000-01-01T00:00:00Z", "1.0.2 1.0.1 1.0.0")]
    [InlineData("?since=2999-01-01T00:00:00Z", "")]
    public async Task The_audit_is_one_query(string query, string versions)
    {
        for (var i = 0; i < 3; i++)
        {
            await _client!.PostAsync($"/models/bike-demand/versions/1.0.{i}/approve", null, Cancel);
        }

        var entries = (await _client!.GetFromJsonAsync<AuditEntry[]>($"/api/v1/audit{query}", SlipwayJson.Options, Cancel))!;

        Assert.Equal(versions, string.Join(' ', entries.Select(entry => entry.Target.Split('@')[1])));
    }

    [Theory]
    [InlineData("/fail/Conflict", "Fail", "Conflict", 409)]
    [InlineData("/fail/Unavailable", "Fail", "Unavailable", 503)]
    [InlineData("/fail-unexpectedly", "FailUnexpectedly", "", 500)]
    [InlineData("/orders", "PlaceOrder", "", 400)]
    public async Task A_change_that_fails_is_recorded_with_its_failure(string path, string action, string target, int outcome)
    {
        Assert.Equal(outcome, (int)(await _client!.PostAsync(path, new StringContent("no JSON", Encoding.UTF8, "application/json"), Cancel)).StatusCode);

        var entry = Assert.Single(await _server.Audit.ListAsync(10, Cancel));
        Assert.Equal((action, target, outcome), (entry.Action, entry.Target, entry.Outcome));
    }

    [Theory]
    [InlineData("none", new[] { 200 })]
    [InlineData("within", new[] { 409 })]
    [InlineData("after", new[] { 200, 409 })]
    public async Task An_entry_that_commits_with_its_change_is_there_if_and_only_if_the_change_is(string fault, int[] outcomes)
    {
        await _client!.PostAsync($"/change/{fault}", null, Cancel);

        var entries = await _server.Audit.ListAsync(10, Cancel);
        Assert.Equal(outcomes, entries.Select(e => e.Outcome).Order());
        Assert.All(entries, e => Assert.Equal(("Change", fault), (e.Action, e.Target)));
    }

    [Fact]
    public async Task What_changes_nothing_is_not_recorded()
    {
        Assert.True((await _client!.GetAsync("/read", Cancel)).IsSuccessStatusCode);
        Assert.True((await _client.PostAsync("/score/m", null, Cancel)).IsSuccessStatusCode);
        Assert.True((await _client.PostAsync("/sign-in", null, Cancel)).IsSuccessStatusCode);
        Assert.True((await _client.PostAsJsonAsync("/search", new Order("a", 1), Cancel)).IsSuccessStatusCode);

        Assert.Empty(await _server.Audit.ListAsync(10, Cancel));
    }

    [Fact]
    public async Task Bodies_queries_and_keys_do_not_enter()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/orders?key=SECRET1") { Content = JsonContent.Create(new Order("chairs", 4711)) };
        request.Headers.Add("Authorization", "Bearer SECRET2");
        request.Headers.Add("Cookie", "session=SECRET3");
        Assert.True((await _client!.SendAsync(request, Cancel)).IsSuccessStatusCode);

        var entry = Assert.Single(await _server.Audit.ListAsync(10, Cancel));
        Assert.Equal("order/chairs", entry.Target);
        Assert.DoesNotContain("SECRET", entry.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("4711", entry.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_target_cannot_forge_lines_and_is_bounded()
    {
        await _client!.DeleteAsync("/things/a%0Ab", Cancel);
        await _client.DeleteAsync("/things/" + new string('x', 2000), Cancel);

        var entries = await _server.Audit.ListAsync(2, Cancel);
        Assert.Equal(401, entries[0].Target.Length);
        Assert.Equal(("DELETE /things/{name}", "a?b", 204), (entries[1].Action, entries[1].Target, entries[1].Outcome));
    }

    [Fact]
    public async Task A_caller_who_hangs_up_is_recorded_all_the_same_and_is_no_error()
    {
        using var cancellation = new CancellationTokenSource();
        var request = _client!.PostAsync("/wait", null, cancellation.Token);
        await _server.Waiting.Task.WaitAsync(TimeSpan.FromSeconds(30), Cancel);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request);
        await _server.Left.Task.WaitAsync(TimeSpan.FromSeconds(30), Cancel);

        // The next change queues behind the entry, so once it is answered the entry is there.
        await _client.DeleteAsync("/things/after", Cancel);
        var entries = await _server.Audit.ListAsync(10, Cancel);
        Assert.Contains(entries, e => e is { Action: "Wait", Outcome: 499 });
        Assert.Empty(_server.Log.Entries);
    }

    [Theory]
    [InlineData(0, 200)]
    [InlineData(9, 409)]
    [InlineData(13, 500)]
    public async Task A_grpc_call_is_recorded_with_the_status_of_its_trailers(int code, int outcome)
    {
        await using var local = await AccessServer.StartTestServerAsync();
        await local.TestServer.SendAsync(request =>
        {
            request.Request.Protocol = HttpProtocol.Http2;
            request.Request.Method = "POST";
            request.Request.Host = new HostString("localhost");
            request.Request.Path = $"/grpc/{code}";
            request.Request.ContentType = "application/grpc";
        }, Cancel);

        Assert.Equal(("Grpc", outcome), Assert.Single((await local.Audit.ListAsync(10, Cancel)).Select(e => (e.Action, e.Outcome))));
    }

    [Fact]
    public async Task The_audit_is_listed_newest_first()
    {
        for (var i = 0; i < 3; i++)
        {
            await _client!.DeleteAsync($"/things/{i}", Cancel);
        }

        var entries = await _client!.GetFromJsonAsync<AuditEntry[]>("/api/v1/audit?limit=2", SlipwayJson.Options, Cancel);

        Assert.Equal(["2", "1"], entries!.Select(e => e.Target));
        Assert.Equal(HttpStatusCode.BadRequest, (await _client!.GetAsync("/api/v1/audit?limit=0", Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await _client.GetAsync("/api/v1/audit?limit=1001", Cancel)).StatusCode);
    }

    [Theory]
    [InlineData("update audit set actor = 'nobody'")]
    [InlineData("delete from audit")]
    public async Task The_audit_cannot_be_changed(string sql)
    {
        await _client!.DeleteAsync("/things/x", Cancel);

        await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => _server.Database.WriteAsync(transaction => transaction.ExecuteAsync(sql), Cancel));
    }
}
