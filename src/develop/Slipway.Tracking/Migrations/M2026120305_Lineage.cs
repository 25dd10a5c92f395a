using FluentMigrator;

namespace Slipway.Tracking.Migrations;

/// <summary>Runs by the dataset version and the commit that they name, and datasets that clients logged by their digest. The indexes hold these two tags and no others.</summary>
[Migration(Number, "Tracking: runs by dataset and commit")]
internal sealed class M2026120305_Lineage : Migration
{
    public const long Number = 2026120305;

    public override void Up()
    {
        Execute.Sql("create index run_tags_of_datasets on run_tags (substr(value, 1, 64), run) where key = 'slipway.dataset.digest'");
        Execute.Sql("create index run_tags_of_commits on run_tags (substr(value, 1, 64), run) where key = 'mlflow.source.git.commit'");
        Create.Index("datasets_by_digest").OnTable("datasets").OnColumn("digest").Ascending();
    }

    public override void Down()
    {
        Delete.Index("datasets_by_digest").OnTable("datasets");
        Execute.Sql("drop index run_tags_of_commits");
        Execute.Sql("drop index run_tags_of_datasets");
    }
}
