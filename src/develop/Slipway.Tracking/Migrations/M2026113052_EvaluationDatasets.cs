using FluentMigrator;

namespace Slipway.Tracking.Migrations;

/// <summary>Evaluation datasets with their tags, records and the experiments that they are used in. A record is known by what its inputs are; the rest of it is JSON that is answered as it came.</summary>
[Migration(Number, "Tracking: evaluation datasets")]
internal sealed class M2026113052_EvaluationDatasets : Migration
{
    public const long Number = 2026113052;

    public override void Up()
    {
        Create.Table("evaluation_datasets")
            .WithColumn("id").AsInt64().PrimaryKey().Identity()
            .WithColumn("dataset_id").AsString().NotNullable().Unique()
            .WithColumn("name").AsString().NotNullable()
            .WithColumn("digest").AsString().NotNullable()
            .WithColumn("schema").AsString().Nullable()
            .WithColumn("profile").AsString().Nullable()
            .WithColumn("created_at").AsInt64().NotNullable()
            .WithColumn("updated_at").AsInt64().NotNullable()
            .WithColumn("created_by").AsString().NotNullable()
            .WithColumn("updated_by").AsString().NotNullable();

        Create.Table("evaluation_dataset_tags")
            .WithColumn("dataset").AsInt64().PrimaryKey()
            .WithColumn("key").AsString().PrimaryKey()
            .WithColumn("value").AsString().NotNullable();

        Create.Table("evaluation_dataset_experiments")
            .WithColumn("dataset").AsInt64().PrimaryKey()
            .WithColumn("experiment").AsInt64().PrimaryKey();

        Create.Table("evaluation_records")
            .WithColumn("id").AsInt64().PrimaryKey().Identity()
            .WithColumn("record_id").AsString().NotNullable().Unique()
            .WithColumn("dataset").AsInt64().NotNullable()
            .WithColumn("inputs_hash").AsString().NotNullable()
            .WithColumn("inputs").AsString().NotNullable()
            .WithColumn("outputs").AsString().Nullable()
            .WithColumn("expectations").AsString().Nullable()
            .WithColumn("tags").AsString().Nullable()
            .WithColumn("source").AsString().Nullable()
            .WithColumn("source_id").AsString().Nullable()
            .WithColumn("source_type").AsString().Nullable()
            .WithColumn("created_at").AsInt64().NotNullable()
            .WithColumn("updated_at").AsInt64().NotNullable()
            .WithColumn("created_by").AsString().NotNullable()
            .WithColumn("updated_by").AsString().NotNullable();

        Create.Index("evaluation_datasets_by_name").OnTable("evaluation_datasets").OnColumn("name").Ascending();
        Create.Index("evaluation_dataset_experiments_by_experiment").OnTable("evaluation_dataset_experiments").OnColumn("experiment").Ascending();
        Create.Index("ux_evaluation_records_inputs")
            .OnTable("evaluation_records").OnColumn("dataset").Ascending().OnColumn("inputs_hash").Ascending().WithOptions().Unique();
        Create.Index("evaluation_records_in_order").OnTable("evaluation_records").OnColumn("dataset").Ascending().OnColumn("id").Ascending();
    }

    public override void Down()
    {
        foreach (var table in new[] { "evaluation_records", "evaluation_dataset_experiments", "evaluation_dataset_tags", "evaluation_datasets" })
        {
            Delete.Table(table);
        }
    }
}
