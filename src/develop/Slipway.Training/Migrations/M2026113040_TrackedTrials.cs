using FluentMigrator;

namespace Slipway.Training.Migrations;

/// <summary>The run that tracking has for a trial. Trials from before have none and stay as they are.</summary>
[Migration(Number, "Trials: their runs")]
internal sealed class M2026113040_TrackedTrials : Migration
{
    public const long Number = 2026113040;

    public override void Up() => Alter.Table("trials").AddColumn("tracked_run").AsString().Nullable();

    public override void Down() => Delete.Column("tracked_run").FromTable("trials");
}
