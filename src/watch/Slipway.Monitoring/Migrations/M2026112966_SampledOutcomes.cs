using FluentMigrator;

namespace Slipway.Monitoring.Migrations;

/// <summary>Outcomes whose predictions were not recorded.</summary>
[Migration(Number, "Monitoring: outcomes beside the sample")]
internal sealed class M2026112966_SampledOutcomes : Migration
{
    public const long Number = 2026112966;

    public override void Up() => Alter.Table("outcome_figures").AddColumn("not_sampled").AsInt64().NotNullable().WithDefaultValue(0);

    public override void Down() => Delete.Column("not_sampled").FromTable("outcome_figures");
}
