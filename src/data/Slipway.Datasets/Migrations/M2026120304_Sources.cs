using FluentMigrator;
using Slipway.Storage.Migrations;

namespace Slipway.Datasets.Migrations;

/// <summary>The files that dataset versions were made from. Of versions that were made before nobody knows; the next snapshot with the same rows notes its files.</summary>
[Migration(Number, "Dataset versions: their source files")]
internal sealed class M2026120304_Sources : Migration
{
    public const long Number = 2026120304;

    private const string Table = """
        create table dataset_sources (
            name text not null,
            digest text not null,
            path text not null,
            file_digest text not null,
            size bigint not null,
            primary key (digest, name, path, file_digest)) without rowid;

        create index dataset_sources_by_file on dataset_sources (file_digest);

        create index dataset_sources_by_path on dataset_sources (path);
        """;

    public override void Up()
    {
        this.ExecuteOnBoth(Table);
        Create.Index("dataset_versions_by_digest").OnTable("dataset_versions").OnColumn("digest").Ascending();
    }

    public override void Down()
    {
        Delete.Index("dataset_versions_by_digest").OnTable("dataset_versions");
        Delete.Table("dataset_sources");
    }
}
