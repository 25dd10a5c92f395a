using FluentMigrator;

namespace Slipway.Registry.Migrations;

/// <summary>What each model demands of a version before it is deployed, what people did about it, and which versions wait for approval.</summary>
[Migration(Number, "Registry: approvals")]
internal sealed class M2026120201_Approvals : Migration
{
    public const long Number = 2026120201;

    // Approvals of before, when everybody was whoever had access to the machine; those of a rule stay a rule's, which no policy of people counts.
    private const string Existing = """
        insert into approval_decisions (position, model, version, step, actor, role, authenticated, at, comment)
        select e.position, v.model, v.version, 'Approved', e.actor, case when e.actor = 'policy' then null else 'Admin' end, 0, e.at, null
        from events e join model_versions v on e.subject = 'model/' || v.model || '@' || v.version
        where e.type = 'VersionApproved'
        """;

    // A model whose newest approval a rule gave has `approval: auto` in its file; the others need a person, as every model of which nothing is known.
    private const string Automatic = """
        insert into approval_policies (model, policy, changed_at, changed_by)
        select d.model, '{"automatic":true}', d.at, 'policy' from approval_decisions d
        where d.actor = 'policy' and d.position = (select max(n.position) from approval_decisions n where n.model = d.model)
        """;

    public override void Up()
    {
        Create.Table("approval_policies")
            .WithColumn("model").AsString().NotNullable().PrimaryKey()
            .WithColumn("policy").AsString().NotNullable()
            .WithColumn("changed_at").AsString().NotNullable()
            .WithColumn("changed_by").AsString().NotNullable();

        Create.Table("approval_decisions")
            .WithColumn("position").AsInt64().NotNullable().PrimaryKey()
            .WithColumn("model").AsString().NotNullable()
            .WithColumn("version").AsString().NotNullable()
            .WithColumn("step").AsString().NotNullable()
            .WithColumn("actor").AsString().NotNullable()
            .WithColumn("role").AsString().Nullable()
            .WithColumn("authenticated").AsInt64().NotNullable()
            .WithColumn("at").AsString().NotNullable()
            .WithColumn("comment").AsString().Nullable();

        Create.Index("approval_decisions_by_version")
            .OnTable("approval_decisions").OnColumn("model").Ascending().OnColumn("version").Ascending().OnColumn("position").Ascending();

        Create.Table("approval_requests")
            .WithColumn("model").AsString().NotNullable().PrimaryKey()
            .WithColumn("version").AsString().NotNullable().PrimaryKey()
            .WithColumn("position").AsInt64().NotNullable()
            .WithColumn("since").AsString().NotNullable()
            .WithColumn("requested_by").AsString().NotNullable()
            .WithColumn("comment").AsString().Nullable();

        Execute.Sql(Existing);
        Execute.Sql(Automatic);
    }

    public override void Down()
    {
        Delete.Table("approval_requests");
        Delete.Table("approval_decisions");
        Delete.Table("approval_policies");
    }
}
