using FluentMigrator;
using Slipway.Rollouts.History;
using Slipway.Storage.Migrations;

namespace Slipway.Rollouts.Migrations;

/// <summary>What history and lineage look up: a deployment's events by time, the versions that it has had, and rollouts by their candidate.</summary>
[Migration(Number, "Rollouts: deployed_versions, rollouts by candidate, events of deployments by time")]
internal sealed class M2026120303_History : Migration
{
    public const long Number = 2026120303;

    private const string Table = """
        create table deployed_versions (
            model text not null,
            version text not null,
            deployment text not null,
            first_position bigint not null,
            last_position bigint not null,
            primary key (model, version, deployment)) without rowid;
        """;

    // What was deployed before, from the events that say so. Each names its version; a former or stable one, too, had a part in it.
    private const string Existing = """
        insert into deployed_versions (model, version, deployment, first_position, last_position)
        select model, version, deployment, min(position), max(position)
        from (
            select [version.model] as model, [version.version] as version, [deployment] as deployment, position from events
            where type in ('VersionDeployed', 'DeploymentRolledBack', 'RolloutStarted', 'RolloutStepped', 'RolloutPromoted', 'RolloutRolledBack')
            union all
            select [former.model], [former.version], [deployment], position from events
            where type in ('VersionDeployed', 'DeploymentRolledBack') and [former.model] is not null
            union all
            select [stable.model], [stable.version], [deployment], position from events
            where type in ('RolloutStarted', 'RolloutRolledBack')) happened
        group by model, version, deployment
        """;

    private const string Candidates = "update rollouts set candidate = [candidate.model] || '@' || [candidate.version]";

    public override void Up()
    {
        HistoryEvents.All.CreateIndex(this);
        this.ExecuteOnBoth(Table);
        Create.Index("deployed_versions_by_deployment").OnTable("deployed_versions").OnColumn("deployment").Ascending().OnColumn("last_position").Ascending();
        Alter.Table("rollouts").AddColumn("candidate").AsString().Nullable();
        Create.Index("rollouts_by_candidate").OnTable("rollouts").OnColumn("candidate").Ascending();
        this.ExecuteOnJson(Existing, "data");
        this.ExecuteOnJson(Candidates, "document");
    }

    public override void Down()
    {
        Delete.Index("rollouts_by_candidate").OnTable("rollouts");
        Delete.Column("candidate").FromTable("rollouts");
        Delete.Table("deployed_versions");
        HistoryEvents.All.DropIndex(this);
    }
}
