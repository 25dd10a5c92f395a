using Slipway.Access;
using Slipway.Core.Names;
using Slipway.Core.Projects;
using Slipway.Registry.Migrations;
using Slipway.Storage;
using Slipway.Tests;

namespace Slipway.Release.Tests.Registry.Mlflow;

public sealed class MigrationTests : IDisposable
{
    private static readonly string[] Tables = ["registered_version_tags", "registered_versions", "registered_model_aliases", "registered_model_tags", "registered_models", "webhooks", "webhook_events", "registry_deliveries"];

    private static readonly string[] ApprovalTables = ["approval_requests", "approval_decisions", "approval_policies"];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("slipway-migration-");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task What_was_registered_before_is_seen_by_MLflows_clients_as_what_is_registered_since()
    {
        Assert.SkipWhen(TestDatabase.IsPostgreSql, "No database of PostgreSQL is older than these tables.");
        string before;
        await using (var host = await ReleaseHost.StartAsync(_folder.FullName, Cancel))
        {
            await host.RegisterAsync("bikes", "1", Cancel);
            await host.RegisterAsync("vans", "1", Cancel);
            await host.AddApprovedAsync("bikes", "2", Cancel);
            before = await SeenAsync(host);
            await host.Get<Database>().WriteAsync(
                async transaction =>
                {
                    foreach (var table in Tables)
                    {
                        await transaction.ExecuteAsync($"drop table {table}");
                    }

                    return await transaction.ExecuteAsync(
                        """delete from "VersionInfo" where "Version" in (@Number, @webhooks, @later)""",
                        new { M2026113020_RegisteredModels.Number, webhooks = M2026113051_Webhooks.Number, later = M2026113080_VersionsByLoggedModel.Number });
                },
                Cancel);
        }

        await using var again = await ReleaseHost.StartAsync(_folder.FullName, Cancel);

        Assert.Equal(before, await SeenAsync(again));
        Assert.Equal(3, (await again.RegisterAsync("bikes", "3", Cancel)).Number);
    }

    [Fact]
    public async Task What_was_approved_before_approvals_were_kept_is_deployed_as_before()
    {
        Assert.SkipWhen(TestDatabase.IsPostgreSql, "The statements are those of both databases; the older database is made with SQLite's.");
        VersionReference byPerson, byRule;
        await using (var host = await ReleaseHost.StartAsync(_folder.FullName, Cancel))
        {
            byPerson = (await host.AddApprovedAsync("bikes", "1", Cancel)).Reference;
            byRule = (await host.RegisterAsync("vans", "1", Cancel)).Reference;
            await host.Approvals.SetPolicyAsync("vans", ApprovalPolicy.Auto, Caller.Local, Cancel);
            await host.Registry.ValidateAsync(byRule, "[]", ReleaseHost.Alice, Cancel);
            await host.Approvals.SettleAsync(byRule, ReleaseHost.Alice, request: false, Cancel);
            await host.Get<Database>().WriteAsync(
                async transaction =>
                {
                    foreach (var table in ApprovalTables)
                    {
                        await transaction.ExecuteAsync($"drop table {table}");
                    }

                    return await transaction.ExecuteAsync("""delete from "VersionInfo" where "Version" = @Number""", new { M2026120201_Approvals.Number });
                },
                Cancel);
        }

        await using var again = await ReleaseHost.StartAsync(_folder.FullName, Cancel);

        await again.DeployAsync("bikes", byPerson, Cancel);
        await again.DeployAsync("vans", byRule, Cancel);
        Assert.False((await again.Approvals.GetPolicyAsync("bikes", Cancel)).Automatic);
        Assert.True((await again.Approvals.GetPolicyAsync("vans", Cancel)).Automatic);

        // The kept policy says the same in fewer words, and can be changed.
        await again.Approvals.SetPolicyAsync("vans", ApprovalPolicy.Auto, Caller.Local, Cancel);
        await again.Approvals.SetPolicyAsync("vans", ApprovalPolicy.Required, Caller.Local, Cancel);
        Assert.Contains("was given by a rule", string.Join(' ', await again.Approvals.ListMissingAsync(byRule, null, Cancel)), StringComparison.Ordinal);
    }

    private static async Task<string> SeenAsync(ReleaseHost host)
    {
        var models = (await host.GetAsync("/api/2.0/mlflow/registered-models/search", Cancel)).Body;
        var versions = (await host.GetAsync("/api/2.0/mlflow/model-versions/search?order_by=name&order_by=version_number", Cancel)).Body;
        Assert.Equal((2, 3), (models.GetProperty("registered_models").GetArrayLength(), versions.GetProperty("model_versions").GetArrayLength()));
        return $"{models.GetRawText()}{versions.GetRawText()}";
    }
}
