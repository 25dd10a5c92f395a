using FluentMigrator;

namespace Slipway.Tracking.Migrations;

/// <summary>What the artifacts' paths name. The content is a blob, so equal files are kept once; a folder is there while something lies in it.</summary>
[Migration(Number, "Artifacts by path")]
internal sealed class M2026113005_Artifacts : Migration
{
    public const long Number = 2026113005;

    public override void Up()
    {
        Create.Table("artifacts")
            .WithColumn("path").AsString().PrimaryKey()
            .WithColumn("digest").AsString().NotNullable()
            .WithColumn("size").AsInt64().NotNullable()
            .WithColumn("stored_at").AsInt64().NotNullable();

        // Whether anything still needs a blob is asked before it is deleted.
        Create.Index("artifacts_by_digest").OnTable("artifacts").OnColumn("digest").Ascending();
    }

    public override void Down() => Delete.Table("artifacts");
}
