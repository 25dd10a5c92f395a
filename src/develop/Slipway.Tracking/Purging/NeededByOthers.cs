using System.Globalization;
using Slipway.Mlflow;

namespace Slipway.Tracking.Purging;

/// <summary>
/// Which runs and experiments must stay, because another module holds an address in them (<c>runs:/RUN/…</c>, <c>models:/m-…</c>), as SQL over <c>runs</c> and <c>experiments</c>. The addresses are
/// read once for a statement, and ids are looked up: this is asked of many runs, in the transaction that marks them. Addresses of files are <see cref="PurgedArtifacts"/>' matter.
/// </summary>
internal sealed class NeededByOthers(IEnumerable<NeededArtifacts> needed)
{
    private const int RunIdLength = 32;
    private const int ModelIdLength = 34;

    private readonly NeededArtifacts[] _needed = [.. needed.Distinct()];

    /// <summary>True for a run that such an address names.</summary>
    public string Run => $"run_id in ({Ids("runs:", RunIdLength)})";

    /// <summary>True for an experiment with such a run or logged model.</summary>
    public string Experiment =>
        $"(id in (select r.experiment from runs r where r.{Run}) or id in (select m.experiment from logged_models m where m.model_id in ({Ids("models:", ModelIdLength)})))";

    private string Ids(string scheme, int length) => _needed.Length == 0
        ? "select '' where 1 = 0"
        : string.Join(" union ", _needed.Select(n => string.Create(
            CultureInfo.InvariantCulture, $"select substr(ltrim(substr(n.{n.Column}, {scheme.Length + 1}), '/'), 1, {length}) from {n.Table} n where substr(n.{n.Column}, 1, {scheme.Length}) = '{scheme}'")));
}
