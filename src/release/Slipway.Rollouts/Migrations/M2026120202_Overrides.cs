using FluentMigrator;

namespace Slipway.Rollouts.Migrations;

/// <summary>By which emergency override the stable version, and the one before it, came to answer (JSON).</summary>
[Migration(Number, "Rollouts: overrides")]
internal sealed class M2026120202_Overrides : Migration
{
    public const long Number = 2026120202;

    public override void Up() => Alter.Table("deployments")
        .AddColumn("stable_override").AsString().Nullable()
        .AddColumn("previous_override").AsString().Nullable();

    public override void Down() => Delete.Column("stable_override").Column("previous_override").FromTable("deployments");
}
