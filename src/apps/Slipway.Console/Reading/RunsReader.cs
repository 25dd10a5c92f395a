using Slipway.Core.Errors;
using Slipway.Tracking.Reading;

namespace Slipway.Console.Reading;

/// <summary>Gathers the pages of experiments and runs. Each is a few bounded reads, however many runs there are.</summary>
internal sealed class RunsReader(ITrackingReader tracking)
{
    private const int PageSize = 50;
    private const int UsualOfAKind = 3;
    private const int MostPlots = 12;
    private const int MostLooked = 40;
    private const int PlotPoints = 240;
    private const int LargePlotPoints = 1000;
    private const int MostFiles = 500;

    /// <summary>A page of experiments.</summary>
    public async Task<ExperimentsView> ListAsync(string name, Shown shown, PagePlace place, CancellationToken cancellationToken)
    {
        try
        {
            return new ExperimentsView(name, shown, await tracking.ListExperimentsAsync(new ExperimentSearch(name, shown, PageSize) { Place = place }, cancellationToken), null);
        }
        catch (SlipwayException e) when (e.Kind == ErrorKind.InvalidInput)
        {
            return new ExperimentsView(name, shown, null, e.Message);
        }
    }

    /// <summary>A page of an experiment's runs; null where there is no such experiment.</summary>
    public async Task<RunsView?> FindRunsAsync(string experiment, RunsChoice choice, CancellationToken cancellationToken)
    {
        if (await tracking.FindExperimentAsync(experiment, cancellationToken) is not { } found)
        {
            return null;
        }

        var keys = await tracking.ListKeysAsync(found.Id, cancellationToken);
        var view = new RunsView
        {
            Experiment = found,
            Choice = choice,
            Shown = choice.Shown ?? (found.IsDeleted ? Shown.All : Shown.Active),
            Keys = keys,
            Columns = choice.Columns ?? Usual(keys),
        };
        var search = new RunSearch(found.Id, PageSize)
        {
            Filter = choice.Filter,
            OrderBy = choice.Order is { } order ? $"{order.ToGrammar()}{(choice.IsDescending ? " DESC" : "")}" : null,
            Shown = view.Shown,
            Place = choice.Place,
            Values = [.. view.Columns.Select(c => c.Value).OfType<RunValueName>()],
        };
        try
        {
            return view with { Page = await tracking.SearchRunsAsync(search, cancellationToken) };
        }
        catch (SlipwayException e) when (e.Kind == ErrorKind.InvalidInput)
        {
            return view with { Problem = e.Message };
        }
    }

    /// <summary>A run; null where there is none of that id.</summary>
    public async Task<RunView?> FindRunAsync(string id, string? metric, string? folder, CancellationToken cancellationToken)
    {
        if (await tracking.FindRunAsync(id, cancellationToken) is not { } details)
        {
            return null;
        }

        // One that was chosen may be none of the metrics that are listed, of which there may be more.
        var keys = metric is null ? details.Metrics.Select(m => m.Key).ToList() : [metric];
        var curves = new List<MetricCurve>();
        var looked = 0;
        while (looked < keys.Count && looked < MostLooked && curves.Count < MostPlots)
        {
            // A single value is in the table, and has no line.
            if (await tracking.ReadCurveAsync(id, keys[looked++], metric is null ? PlotPoints : LargePlotPoints, cancellationToken) is { Values.Count: > 1 } curve)
            {
                curves.Add(curve);
            }
        }

        var view = new RunView { Details = details, Metric = metric, Curves = curves, NotPlotted = keys.Count - looked };
        try
        {
            return view with { Folders = await OpenAsync(id, folder ?? "", cancellationToken) };
        }
        catch (SlipwayException e)
        {
            return view with { ArtifactProblem = e.Message };
        }
    }

    // Only what is open is read.
    private async Task<IReadOnlyList<ArtifactFolder>> OpenAsync(string run, string folder, CancellationToken cancellationToken)
    {
        var folders = new List<ArtifactFolder> { await tracking.ListArtifactsAsync(run, "", MostFiles, cancellationToken) };
        var path = "";
        foreach (var part in folder.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            path = path.Length == 0 ? part : $"{path}/{part}";
            var inner = await tracking.ListArtifactsAsync(run, path, MostFiles, cancellationToken);
            if (inner.Entries.Count == 0)
            {
                break;
            }

            folders.Add(inner);
        }

        return folders;
    }

    private static IReadOnlyList<RunColumn> Usual(RunKeys keys) =>
    [
        .. keys.Metrics.Where(k => !k.StartsWith("system/", StringComparison.Ordinal)).Take(UsualOfAKind).Select(k => RunColumn.Of(RunValueKind.Metric, k)),
        .. keys.Parameters.Take(UsualOfAKind).Select(k => RunColumn.Of(RunValueKind.Parameter, k)),
    ];
}
