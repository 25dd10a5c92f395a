using System.Globalization;
using Slipway.Core.Errors;
using Slipway.Core.Projects;
using Slipway.Datasets;
using Slipway.Inference;
using Slipway.Statistics.Quality;
using Slipway.Validation;

namespace Slipway.Training.LightGbm;

/// <summary>Gradient-boosted trees by LightGBM: splits, searches, fits, writes <c>model.txt</c> and <c>model.json</c>, and measures what it wrote.</summary>
internal sealed class LightGbmTrainer(IDatasets datasets, ITrials trials, TimeProvider clock) : ITrainer
{
    private const string ModelFile = "model.txt";

    /// <inheritdoc/>
    public string Name => "lightgbm";

    /// <inheritdoc/>
    public async Task<TrainedModel> TrainAsync(TrainingJob job, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        if (!LightGbmLibrary.Check(out var problem))
        {
            throw new SlipwayException(ErrorKind.Unavailable, problem!);
        }

        var label = job.Dataset.Label ?? throw new SlipwayException(ErrorKind.InvalidInput, $"{job.Model} has no label to learn. Name the column as data.label.");
        var recipe = LightGbmRecipe.Of(job.Train);
        var folder = new ModelFolder(job.OutputFolder);
        var table = await datasets.ReadAsync(job.Dataset, columns: null, cancellationToken);
        var target = LabelColumn.Read(table[label], recipe.Task);
        var holdOut = HoldOut.Of(job.Train.Split, table.Rows, job.Dataset.Time is not null, job.Train.Seed);
        target.CheckTraining(label, holdOut.Training);
        var data = new TrainingData(FeatureTable.Create(table, label, holdOut.Training), target);
        var runId = job.RunId ?? Guid.CreateVersion7(clock.GetUtcNow()).ToString("N");

        if (job.Train.Search is { } search)
        {
            recipe = await SearchAsync(job, search, runId, recipe, data, holdOut, progress, cancellationToken);
        }

        return await folder.FillAsync(
            async () =>
            {
                // Boosting keeps its cores busy for seconds or minutes: not the caller's thread.
                var text = await Task.Run(() => Fit(recipe, data, holdOut.Training, progress, cancellationToken), cancellationToken);
                await folder.WriteAsync(ModelFile, text, cancellationToken);
                new TabularSchema(recipe.Task.Word(), data.Features.Columns, target.Labels).Save(Path.Combine(folder.Path, TabularSchema.FileName));

                // What is measured is the written model in the evaluator that will serve it.
                using var model = ModelLoader.Load(folder.Path, new ModelLoadOptions());
                var scored = await Task.Run(() => ModelScorer.Score(model, recipe.Task, label, table.Take(holdOut.Test), cancellationToken), cancellationToken);
                return new TrainedModel
                {
                    Folder = folder.Path,
                    Signature = model.Signature,
                    Recipe = recipe.Describe(job.Train.Split, holdOut.By, job.Train.Search),
                    Metrics = QualityMetrics.ComputeAll(scored),
                    TestRows = holdOut.Test,
                    RunId = runId,
                    Trials = job.Train.Search?.Trials ?? 1,
                };
            });
    }

    private static ReadOnlyMemory<byte> Fit(LightGbmRecipe recipe, TrainingData data, int[] rows, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        var parameters = recipe.ToText(data);
        using var dataset = LightGbmDataset.Create(data.Features, data.Labels, rows, parameters, cancellationToken);
        using var booster = LightGbmBooster.Fit(dataset, parameters, recipe.Rounds, round => progress?.Report(new TrainingProgress("fit", round, recipe.Rounds)), cancellationToken);
        return booster.ToText();
    }

    private async Task<LightGbmRecipe> SearchAsync(
        TrainingJob job, SearchSection search, string runId, LightGbmRecipe recipe, TrainingData data, HoldOut holdOut, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        var metric = recipe.Task == LearningTask.Regression ? "rmse" : "log_loss";
        var draws = SearchSpace.Draw(LightGbmRecipe.Searched(search), recipe.Given, recipe.Seed);
        LightGbmRecipe? best = null;
        var bestScore = double.PositiveInfinity;
        SlipwayException? failure = null;
        for (var i = 0; i < draws.Count; i++)
        {
            progress?.Report(new TrainingProgress("search", i, draws.Count));
            var tried = recipe.With(draws[i]);
            var started = clock.GetTimestamp();
            double? score = null;
            try
            {
                score = await Task.Run(() => Judge(tried, metric, data, holdOut, cancellationToken), cancellationToken);
            }
            catch (SlipwayException e)
            {
                // Some corner of the ranges cannot be fitted; the search goes on, and the record shows it.
                failure = e;
            }

            await trials.RecordAsync(
                new Trial(runId, job.Model, i + 1, draws[i], metric, score, clock.GetElapsedTime(started).TotalSeconds, clock.GetUtcNow()), cancellationToken);
            if (score < bestScore)
            {
                (best, bestScore) = (tried, score.Value);
            }
        }

        progress?.Report(new TrainingProgress("search", draws.Count, draws.Count));
        return best ?? throw new SlipwayException(
            failure?.Kind ?? ErrorKind.Failed, $"None of the {draws.Count} trials gave a model{(failure is null ? $" with a {metric}" : "")}. {failure?.Message ?? "Widen train.search."}");
    }

    private static double? Judge(LightGbmRecipe recipe, string metric, TrainingData data, HoldOut holdOut, CancellationToken cancellationToken)
    {
        var parameters = recipe.ToText(data);
        using var dataset = LightGbmDataset.Create(data.Features, data.Labels, holdOut.Fit, parameters, cancellationToken);
        using var booster = LightGbmBooster.Fit(dataset, parameters, recipe.Rounds, roundDone: null, cancellationToken);
        var width = recipe.Task == LearningTask.Multiclass ? data.Target.Labels.Count : 1;
        var scores = booster.Predict(data.Features, holdOut.Judge, width, recipe.Threads, cancellationToken);
        return QualityMetrics.Compute(metric, new ScoredRows(recipe.Task, Array.ConvertAll(holdOut.Judge, row => data.Target.Values[row]), scores, width));
    }
}

/// <summary>What is learned from what.</summary>
internal sealed class TrainingData(FeatureTable features, LabelColumn target)
{
    public FeatureTable Features => features;

    public LabelColumn Target => target;

    /// <summary>The labels as LightGBM keeps them.</summary>
    public float[] Labels { get; } = Array.ConvertAll(target.Values, v => (float)v);

    /// <summary>The indices of the text columns, with commas.</summary>
    public string Categorical { get; } = string.Join(',', features.Columns.Index().Where(c => c.Item.Categories is not null).Select(c => c.Index.ToString(CultureInfo.InvariantCulture)));
}
