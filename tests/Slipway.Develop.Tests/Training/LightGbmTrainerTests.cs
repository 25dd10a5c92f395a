using System.Diagnostics;
using Slipway.Core.Errors;
using Slipway.Core.Projects;
using Slipway.Inference;
using Slipway.Training;
using Slipway.Training.LightGbm;
using Slipway.Validation;

namespace Slipway.Develop.Tests.Training;

public sealed class LightGbmTrainerTests(TrainingHost host) : IClassFixture<TrainingHost>
{
    private const string Bikes = """
        select dteday + to_hours(hr) as event_time, season, hr, weekday, workingday, weathersit, temp, hum, windspeed, cnt
        from 'bike_sharing_hourly.csv.gz' where dteday < date '2011-07-01'
        """;

    private const string Income = "select * exclude (split) from 'adult.csv.gz' limit 12000";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Bikes_are_learned_from_the_past_and_measured_on_the_last_fifth()
    {
        var job = await host.JobAsync(Bikes, "cnt", Train("regression", rounds: 150, ("num_leaves", "31"), ("learning_rate", "0.05")), "event_time", Samples.Bikes);

        var model = await host.TrainAsync(job);

        var rows = (int)job.Dataset.Rows;
        Assert.Equal(Enumerable.Range(rows - (rows / 5), rows / 5), model.TestRows);
        Assert.InRange(model.Metrics["r2"], 0.6, 1);
        Assert.Equal(["mae", "mape", "r2", "rmse"], model.Metrics.Keys.Order());
        Assert.Equal(["season", "hr", "weekday", "workingday", "weathersit", "temp", "hum", "windspeed"], model.Signature.Inputs.Select(i => i.Name));
        Assert.Equal(["model.json", "model.txt"], Directory.EnumerateFiles(model.Folder).Select(Path.GetFileName).Order());
        Assert.Equal(
            new SortedDictionary<string, string>(StringComparer.Ordinal)
            {
                ["algorithm"] = "lightgbm",
                ["learning_rate"] = "0.05",
                ["num_leaves"] = "31",
                ["objective"] = "regression",
                ["rounds"] = "150",
                ["seed"] = "1",
                ["split.by"] = "time",
                ["split.test"] = "0.2",
                ["task"] = "regression",
                ["threads"] = "2",
            },
            model.Recipe);
        Assert.Equal(1, model.Trials);
        Assert.Empty(await host.Trials.ListAsync(model.RunId, Cancel));
    }

    [Fact]
    public async Task Income_is_learned_from_text_and_served_with_its_own_words()
    {
        var job = await host.JobAsync(Income, "income", Train("binary", rounds: 80), folder: Samples.Income);

        var model = await host.TrainAsync(job);

        Assert.InRange(model.Metrics["auc"], 0.9, 0.95);
        Assert.Equal("random", model.Recipe["split.by"]);
        var schema = TabularSchema.Load(Path.Combine(model.Folder, TabularSchema.FileName));
        Assert.Equal(["<=50K", ">50K"], schema.Labels);
        Assert.Equal(schema.Labels, model.Signature.Labels);
        Assert.Equal(["Female", "Male"], schema.Columns.Single(c => c.Name == "sex").Categories);
        Assert.Null(schema.Columns.Single(c => c.Name == "age").Categories);
    }

    [Theory]
    [InlineData("regression", "age", "regression")]
    [InlineData("regression", "age", "poisson")]
    [InlineData("binary", "income", "binary")]
    [InlineData("multiclass", "relationship", "multiclass")]
    [InlineData("multiclass", "relationship", "multiclassova")]
    public async Task The_written_model_answers_as_LightGBM_does_on_rows_it_has_not_seen(string task, string label, string objective)
    {
        var job = await host.JobAsync(Income, label, Train(task, rounds: 20, ("objective", objective)), folder: Samples.Income);
        var table = await host.ReadAsync(job);
        var model = await host.TrainAsync(job);

        var recipe = LightGbmRecipe.Of(job.Train);
        var holdOut = HoldOut.Of(job.Train.Split, table.Rows, hasTime: false, job.Train.Seed);
        var data = new TrainingData(FeatureTable.Create(table, label, holdOut.Training), LabelColumn.Read(table[label], recipe.Task));
        using var dataset = LightGbmDataset.Create(data.Features, data.Labels, holdOut.Training, recipe.ToText(data), Cancel);
        using var booster = LightGbmBooster.Fit(dataset, recipe.ToText(data), recipe.Rounds, null, Cancel);
        var native = booster.Predict(data.Features, holdOut.Test, Math.Max(1, task == "multiclass" ? data.Target.Labels.Count : 1), 2, Cancel);

        using var loaded = ModelLoader.Load(model.Folder, new ModelLoadOptions());
        var served = ModelScorer.Score(loaded, recipe.Task, label, table.Take(holdOut.Test), Cancel);

        Assert.Equal(native.Length, served.Scores.Length);
        for (var i = 0; i < native.Length; i++)
        {
            Assert.InRange(Math.Abs(native[i] - served.Scores[i]), 0, 1e-12 * Math.Max(1, Math.Abs(native[i])));
        }
    }

    [Fact]
    public async Task The_same_job_gives_the_same_bytes_with_two_threads_and_a_search()
    {
        var train = Train("binary", rounds: 30, ("bagging_fraction", "0.7"), ("bagging_freq", "1"), ("feature_fraction", "0.8")) with
        {
            Search = Search(3, ("num_leaves", new SearchRange(7, 63, true))),
        };
        var job = await host.JobAsync(Income, "income", train, folder: Samples.Income);

        var first = await host.TrainAsync(job);
        var second = await host.TrainAsync(job with { OutputFolder = host.NewOutput() });
        var other = await host.TrainAsync(job with { OutputFolder = host.NewOutput(), Train = train with { Seed = 2 } });

        foreach (var file in new[] { "model.txt", "model.json" })
        {
            Assert.Equal(await Bytes(first, file), await Bytes(second, file));
        }

        Assert.NotEqual(await Bytes(first, "model.txt"), await Bytes(other, "model.txt"));
        Assert.Equal(first.Metrics, second.Metrics);
        Assert.Equal(first.Recipe, second.Recipe);
        Assert.NotEqual(first.RunId, second.RunId);
    }

    [Fact]
    public async Task Every_trial_of_a_search_is_recorded_the_first_as_given_and_the_best_is_fitted()
    {
        var train = Train("regression", rounds: 30, ("num_leaf", "15"), ("learning_rate", "0.1")) with
        {
            Search = Search(6, ("num_leaves", new SearchRange(4, 64, true)), ("learning_rate", new SearchRange(0.01, 0.3, false)), ("rounds", new SearchRange(5, 60, true))),
        };
        var job = await host.JobAsync(Bikes, "cnt", train, "event_time", Samples.Bikes);
        var progress = new Recorder();

        var model = await host.TrainAsync(job, progress);

        var trials = await host.Trials.ListAsync(model.RunId, Cancel);
        Assert.Equal(6, model.Trials);
        Assert.Equal([1, 2, 3, 4, 5, 6], trials.Select(t => t.Number));
        Assert.Equal(new Dictionary<string, string> { ["learning_rate"] = "0.1", ["num_leaves"] = "15", ["rounds"] = "30" }, trials[0].Parameters);
        Assert.All(trials, t => Assert.True(t is { Metric: "rmse", Score: > 0, Seconds: > 0, Model: "model" }));
        var best = trials.MinBy(t => t.Score)!;
        Assert.All(best.Parameters, p => Assert.Equal(p.Value, model.Recipe[p.Key]));
        Assert.Equal(Enumerable.Range(0, 7), progress.Reports.Where(p => p.Activity == "search").Select(p => p.Done));
        Assert.Contains(progress.Reports, p => p.Activity == "fit" && p.Done == p.Total);
    }

    [Fact]
    public async Task A_trial_that_cannot_be_fitted_is_recorded_without_a_score_and_the_search_goes_on()
    {
        var train = Train("regression", rounds: 5) with { Search = Search(12, ("num_leaves", new SearchRange(1, 3, true))) };
        var job = await host.JobAsync(Bikes, "cnt", train, "event_time", Samples.Bikes);

        var model = await host.TrainAsync(job);

        var trials = await host.Trials.ListAsync(model.RunId, Cancel);
        Assert.All(trials, t => Assert.Equal(t.Parameters["num_leaves"] == "1", t.Score is null));
        Assert.Contains(trials, t => t.Score is null);
        Assert.NotEqual("1", model.Recipe["num_leaves"]);
    }

    [Fact]
    public async Task A_search_in_which_every_trial_fails_says_why()
    {
        var train = Train("regression", rounds: 5) with { Search = Search(2, ("num_leaves", new SearchRange(1, 1, true))) };

        var error = await Fails(await host.JobAsync(Bikes, "cnt", train, "event_time", Samples.Bikes));

        Assert.Contains("None of the 2 trials", error.Message, StringComparison.Ordinal);
        Assert.Contains("num_leaves > 1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Categories_come_from_the_training_rows_alone()
    {
        const string Sql = """
            select timestamp '2026-01-01' + to_hours(i) as at, case when i >= 180 then 'late' when i % 2 = 0 then 'b' else 'a' end as word, i % 2 as y
            from range(200) t(i)
            """;
        var job = await host.JobAsync(Sql, "y", Train("binary", rounds: 3), "at");

        var model = await host.TrainAsync(job);

        var word = TabularSchema.Load(Path.Combine(model.Folder, TabularSchema.FileName)).Columns.Single();
        Assert.Equal(["a", "b"], word.Categories);
        Assert.Equal(["0", "1"], model.Signature.Labels);
    }

    [Theory]
    [InlineData("select i as x, case when i % 5 = 0 then null else i end as y from range(100) t(i)", "regression", "'y' is missing in 20 rows")]
    [InlineData("select i as x, 7 as y from range(100) t(i)", "regression", "'y' has the same value in all 100 rows")]
    [InlineData("select i as x, 'yes' as y from range(100) t(i)", "binary", "'y' has the same value in all 100 rows")]
    [InlineData("select i as x, 'n' || i as y from range(100) t(i)", "regression", "'y' is text, but a regression learns numbers")]
    [InlineData("select i as x, i % 3 as y from range(100) t(i)", "binary", "'y' has 3 different values, but a binary task has two")]
    [InlineData("select i as x, i as y from range(2000) t(i)", "multiclass", "'y' has 2000 different values")]
    [InlineData("select i as x, timestamp '2026-01-01' + to_days(i::int) as y from range(100) t(i)", "multiclass", "'y' is a point in time")]
    [InlineData("select i as y from range(100) t(i)", "regression", "nothing to learn from")]
    [InlineData("select i as x, i as y from range(3) t(i)", "regression", "3 rows, too few")]
    [InlineData("select i as x, i as y from range(12) t(i)", "regression", "nothing to split by")]
    public async Task Data_that_cannot_be_learned_is_refused_in_one_sentence_that_names_it(string sql, string task, string sentence)
    {
        var job = await host.JobAsync(sql, "y", Train(task));

        var error = await Fails(job);

        Assert.Contains(sentence, error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(job.OutputFolder));
    }

    [Fact]
    public async Task A_label_that_never_changes_before_the_held_out_rows_is_refused()
    {
        var job = await host.JobAsync("select timestamp '2026-01-01' + to_hours(i) as at, i as x, i >= 90 as y from range(100) t(i)", "y", Train("binary"), "at");

        Assert.Contains("in all 80 training rows", (await Fails(job)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("num_leafs", "31", "no parameter 'num_leafs'. Did you mean 'num_leaf'?")]
    [InlineData("lerning_rate", "0.1", "Did you mean 'learning_rate'?")]
    [InlineData("wibble", "1", "no parameter 'wibble'.")]
    [InlineData("n_estimators", "100", "Write it as `rounds`")]
    [InlineData("num_thread", "8", "Write it as `threads`")]
    [InlineData("random_state", "8", "Write it as `seed`")]
    [InlineData("early_stopping", "10", "Give `rounds`")]
    [InlineData("forced_splits", "/etc/passwd", "'forced_splits' cannot be given here")]
    [InlineData("machines", "10.0.0.1", "'machines' cannot be given here")]
    [InlineData("num_leaves", "31 output_model=/tmp/x", "one word or number")]
    [InlineData("num_leaves", "many", "num_leaves")]
    [InlineData("num_leaves", "1", "it needs num_leaves > 1")]
    [InlineData("objective", "binary", "'binary' does not fit the task regression")]
    [InlineData("boosting", "wild", "wild")]
    public async Task A_parameter_that_LightGBM_would_misunderstand_is_refused_by_name(string name, string value, string sentence)
    {
        var job = await host.JobAsync("select i as x, i as y from range(100) t(i)", "y", Train("regression", 5, (name, value)));

        var error = await Fails(job);

        Assert.Equal(ErrorKind.InvalidInput, error.Kind);
        Assert.Contains(sentence, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(".cpp", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_wrong_parameters_are_reported_together()
    {
        var job = await host.JobAsync(
            "select i as x, i as y from range(100) t(i)", "y", Train("regression", 5, ("max_leaves", "4"), ("num_leaves", "4"), ("wibble", "1"), ("metric", "auc")));

        var error = await Fails(job);

        Assert.Equal(3, error.Details.Count);
        Assert.Contains(error.Details, d => d.Contains("'max_leaves' and 'num_leaves'", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_parameter_that_is_allowed_is_one_of_the_library() =>
        Assert.Subset(LightGbmParameters.AllowedNames.ToHashSet(), LightGbmParameters.AllowedCanonicalNames.ToHashSet());

    [Fact]
    public async Task Cancelling_between_rounds_leaves_nothing()
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var job = await host.JobAsync(Bikes, "cnt", Train("regression", rounds: 100_000), "event_time", Samples.Bikes);
        var progress = new Recorder(p =>
        {
            if (p.Done == 3)
            {
                cancel.Cancel();
            }
        });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => host.TrainAsync(job, progress, cancel.Token));

        Assert.Equal(3, progress.Reports.Max(p => p.Done));
        Assert.Empty(Directory.EnumerateFileSystemEntries(job.OutputFolder));
    }

    [Theory]
    [InlineData("model.txt")]
    [InlineData("model.json")]
    public async Task A_full_disk_is_one_sentence_and_leaves_nothing(string file)
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "Only Linux has a device that is always full.");
        var job = await host.JobAsync(Bikes, "cnt", Train("regression", rounds: 2), "event_time", Samples.Bikes);
        var progress = new Recorder(p =>
        {
            if (p.Done == 1)
            {
                File.CreateSymbolicLink(Path.Combine(job.OutputFolder, file), "/dev/full");
            }
        });

        var error = await Assert.ThrowsAsync<SlipwayException>(() => host.TrainAsync(job, progress));

        Assert.Equal(ErrorKind.Unavailable, error.Kind);
        Assert.StartsWith("The disk is full", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(job.OutputFolder));
        Assert.True(File.Exists("/dev/full"));
    }

    [Fact]
    public async Task An_output_folder_that_holds_something_is_refused_and_kept()
    {
        var job = await host.JobAsync(Bikes, "cnt", Train("regression", rounds: 2), "event_time", Samples.Bikes);
        var mine = Path.Combine(job.OutputFolder, "mine.txt");
        await File.WriteAllTextAsync(mine, "mine", Cancel);

        await Assert.ThrowsAsync<ArgumentException>(() => host.TrainAsync(job));

        Assert.True(File.Exists(mine));
    }

    [Fact]
    public async Task Names_that_LightGBM_cannot_write_are_kept_in_the_schema()
    {
        const string Sql = """select i as "größe, [cm]: x", i % 7 as "{a}", i * 2.0 as y from range(300) t(i)""";
        var job = await host.JobAsync(Sql, "y", Train("regression", rounds: 5));

        var model = await host.TrainAsync(job);

        Assert.Equal(["größe, [cm]: x", "{a}"], model.Signature.Inputs.Select(i => i.Name));
        Assert.InRange(model.Metrics["rmse"], 0, 200);
    }

    [Fact]
    public async Task Four_hundred_rounds_on_two_years_of_bikes_take_seconds()
    {
        var sql = Bikes.Replace("where dteday < date '2011-07-01'", "", StringComparison.Ordinal);
        var job = await host.JobAsync(sql, "cnt", Train("regression", rounds: 400, ("num_leaves", "63"), ("learning_rate", "0.05")), "event_time", Samples.Bikes);
        var watch = Stopwatch.StartNew();

        var model = await host.TrainAsync(job);

        TestContext.Current.SendDiagnosticMessage($"400 rounds on {job.Dataset.Rows} rows, measured and all: {watch.ElapsedMilliseconds} ms, rmse {model.Metrics["rmse"]:0.0}, r2 {model.Metrics["r2"]:0.000}");

        // Two seconds on two idle cores; the bound is for a machine that does much else.
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 60);
    }

    private static TrainSection Train(string task, int rounds = 20, params (string Name, string Value)[] parameters) => new()
    {
        Task = task,
        Algorithm = "lightgbm",
        Rounds = rounds,
        Parameters = parameters.ToDictionary(p => p.Name, p => p.Value),
    };

    private static SearchSection Search(int trials, params (string Name, SearchRange Range)[] ranges) => new(trials, ranges.ToDictionary(r => r.Name, r => r.Range));

    private static Task<byte[]> Bytes(TrainedModel model, string file) => File.ReadAllBytesAsync(Path.Combine(model.Folder, file), Cancel);

    private Task<SlipwayException> Fails(TrainingJob job) => Assert.ThrowsAsync<SlipwayException>(() => host.TrainAsync(job));

    private sealed class Recorder(Action<TrainingProgress>? then = null) : IProgress<TrainingProgress>
    {
        public List<TrainingProgress> Reports { get; } = [];

        public void Report(TrainingProgress value)
        {
            Reports.Add(value);
            then?.Invoke(value);
        }
    }
}
