using System.Globalization;
using Slipway.Retraining.Pipelines;
using Spectre.Console;

namespace Slipway.Output;

/// <summary>Shows a run of the pipeline: a bar a stage on a terminal, else a line a stage.</summary>
internal static class PipelineView
{
    /// <summary>Shows <paramref name="updates"/> until the run has ended, and returns its last state.</summary>
    public static Task<PipelineRun> ShowAsync(Terminal terminal, IAsyncEnumerable<PipelineRun> updates, PipelineRun first, PipelineGoal goal) =>
        terminal.Interactive ? ShowBarsAsync(terminal, updates, first, goal) : ShowLinesAsync(terminal, updates, first);

    private static async Task<PipelineRun> ShowLinesAsync(Terminal terminal, IAsyncEnumerable<PipelineRun> updates, PipelineRun first)
    {
        var last = first;
        var shown = 0;
        await foreach (var run in updates)
        {
            last = run;
            while (shown < run.Stages.Count && HasEnded(run.Stages[shown].State))
            {
                terminal.Say(Line(run.Stages[shown++]));
            }
        }

        return last;
    }

    private static async Task<PipelineRun> ShowBarsAsync(Terminal terminal, IAsyncEnumerable<PipelineRun> updates, PipelineRun first, PipelineGoal goal)
    {
        var last = first;
        var columns = new ProgressColumn[] { new SpinnerColumn(), new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn { Width = 20 }, new ElapsedTimeColumn() };
        await terminal.People.Progress().AutoClear(true).Columns(columns).StartAsync(async progress =>
        {
            var count = goal == PipelineGoal.Deploy ? first.Stages.Count : first.Stages.Count - 1;
            var bars = first.Stages.Take(count).Select(stage => progress.AddTask(stage.Name, autoStart: false)).ToArray();
            await foreach (var run in updates)
            {
                last = run;
                for (var i = 0; i < bars.Length; i++)
                {
                    Update(bars[i], run.Stages[i]);
                }
            }
        });

        foreach (var stage in last.Stages)
        {
            terminal.Say(Line(stage));
        }

        return last;
    }

    private static void Update(ProgressTask bar, PipelineStage stage)
    {
        if (stage.State == PipelineState.Waiting)
        {
            return;
        }

        if (!bar.IsStarted)
        {
            bar.StartTask();
        }

        bar.IsIndeterminate = stage.Total == 0 && !HasEnded(stage.State);
        bar.MaxValue = Math.Max(1, stage.Total);
        bar.Value = HasEnded(stage.State) ? bar.MaxValue : stage.Done;
        bar.Description = Markup.Escape(stage.State == PipelineState.Running && stage.Sentence.Length > 0 ? $"{stage.Name}: {Shorten(stage.Sentence)}" : stage.Name);
        // Stopping again would move the time at which it stopped.
        if (HasEnded(stage.State) && bar.StopTime is null)
        {
            bar.StopTask();
        }
    }

    private static bool HasEnded(PipelineState state) => state is PipelineState.Succeeded or PipelineState.Failed or PipelineState.Skipped;

    private static string Line(PipelineStage stage)
    {
        var mark = stage.State switch { PipelineState.Succeeded => "ok", PipelineState.Failed => "FAILED", PipelineState.Skipped => "skipped", _ => "-" };
        return string.Create(CultureInfo.InvariantCulture, $"{stage.Name,-9} {mark,-7} {stage.Seconds,6:F1} s  {stage.Sentence}");
    }

    private static string Shorten(string text) => text.Length <= 32 ? text : text[..31] + "…";
}
