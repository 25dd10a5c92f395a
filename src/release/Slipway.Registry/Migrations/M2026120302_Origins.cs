using FluentMigrator;
using Slipway.Storage.Migrations;

namespace Slipway.Registry.Migrations;

/// <summary>Versions by what they came from: their run, dataset version and commit. A version's lineage says the same; this is how it is found from the other end.</summary>
[Migration(Number, "Registry: version_origins")]
internal sealed class M2026120302_Origins : Migration
{
    public const long Number = 2026120302;

    private const string Table = """
        create table version_origins (
            kind text not null,
            name text not null,
            model text not null,
            number bigint not null,
            primary key (kind, name, model, number)) without rowid;
        """;

    private const string Existing = """
        insert into version_origins (kind, name, model, number)
        select 'run', [runId], model, number from model_versions where [runId] is not null
        union all
        select 'dataset', [dataset] || '@' || [datasetDigest], model, number from model_versions where [dataset] is not null and [datasetDigest] is not null
        union all
        select 'commit', [commit], model, number from model_versions where [commit] is not null
        """;

    public override void Up()
    {
        this.ExecuteOnBoth(Table);
        this.ExecuteOnJson(Existing, "lineage");
    }

    public override void Down() => Delete.Table("version_origins");
}
