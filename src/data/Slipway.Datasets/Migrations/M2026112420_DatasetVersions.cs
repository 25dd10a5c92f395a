using FluentMigrator;

namespace Slipway.Datasets.Migrations;

/// <summary>The table of dataset versions.</summary>
[Migration(Number, "Dataset versions")]
internal sealed class M2026112420_DatasetVersions : Migration
{
    public const long Number = 2026112420;

    public override void Up() => Create.Table("dataset_versions")
        .WithColumn("name").AsString().PrimaryKey()
        .WithColumn("digest").AsString().PrimaryKey()
        .WithColumn("row_count").AsInt64().NotNullable()
        .WithColumn("profile").AsString().NotNullable()
        .WithColumn("sql_text").AsString().NotNullable()
        .WithColumn("time_column").AsString().Nullable()
        .WithColumn("label_column").AsString().Nullable()
        .WithColumn("created_at").AsString().NotNullable()
        .WithColumn("position").AsInt64().NotNullable();

    public override void Down() => Delete.Table("dataset_versions");
}
