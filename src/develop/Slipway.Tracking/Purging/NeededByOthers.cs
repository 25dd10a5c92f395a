using Slipway.Mlflow;

namespace Slipway.Tracking.Purging;

/// <summary>Which runs and experiments must stay, because another module holds an address in them, as SQL over <c>runs</c> and <c>experiments</c>.</summary>
internal sealed class NeededByOthers(IEnumerable<NeededArtifacts> needed)
{
    private readonly NeededArtifacts[] _needed = [.. needed.Distinct()];

    /// <summary>True for a run whose id stands in such an address, whatever its form.</summary>
    public string Run => Any(n => $"exists (select 1 from {n.Table} n where n.{n.Column} like '%' || runs.run_id || '%')");

    /// <summary>True for an experiment with such a run or logged model.</summary>
    public string Experiment =>
        $"(exists (select 1 from runs where runs.experiment = experiments.id and {Run}) or "
        + Any(n => $"exists (select 1 from logged_models m join {n.Table} n on n.{n.Column} like '%' || m.model_id || '%' where m.experiment = experiments.id)") + ")";

    private string Any(Func<NeededArtifacts, string> condition) => _needed.Length == 0 ? "1 = 0" : $"({string.Join(" or ", _needed.Select(condition))})";
}
