using System.Globalization;
using System.Text;
using Slipway.Core.Errors;
using Slipway.Core.Projects;
using Slipway.Statistics.Quality;

namespace Slipway.Training.LightGbm;

/// <summary>Everything that determines a LightGBM model besides the data. The same recipe on the same rows gives the same bytes.</summary>
/// <param name="Task">What it predicts.</param>
/// <param name="Objective">LightGBM's objective.</param>
/// <param name="Parameters">The other parameters by their canonical names, sorted.</param>
/// <param name="Rounds">Boosting rounds.</param>
/// <param name="Threads">Part of the recipe: sums of floating-point numbers change with their order, so trees change with the number of threads.</param>
/// <param name="Seed">The seed of everything random.</param>
internal sealed record LightGbmRecipe(LearningTask Task, string Objective, SortedDictionary<string, string> Parameters, int Rounds, int Threads, int Seed)
{
    private const string ObjectiveName = "objective";
    private const int MostRounds = 100_000;
    private const int MostThreads = 1024;

    /// <summary>The values that the project gives, under the names that a search uses.</summary>
    public IReadOnlyDictionary<string, string> Given => new Dictionary<string, string>(Parameters) { [SearchSpace.Rounds] = Rounds.ToString(CultureInfo.InvariantCulture) };

    /// <exception cref="SlipwayException"><see cref="ErrorKind.InvalidInput"/> naming what the section has wrong.</exception>
    public static LightGbmRecipe Of(TrainSection train)
    {
        if (!LearningTasks.TryParse(train.Task, out var task))
        {
            throw new SlipwayException(ErrorKind.InvalidInput, $"train.task is '{train.Task}', but the tasks are regression, binary and multiclass.");
        }

        CheckRange("rounds", train.Rounds, 1, MostRounds);
        CheckRange("threads", train.Threads, 1, MostThreads);
        var parameters = LightGbmParameters.Check(train.Parameters);
        var objective = LightGbmObjective.Choose(task, parameters.GetValueOrDefault(ObjectiveName));
        parameters.Remove(ObjectiveName);
        return new LightGbmRecipe(task, objective, parameters, train.Rounds, train.Threads, train.Seed);
    }

    /// <summary>The ranges under the canonical names of their parameters.</summary>
    public static SearchSection Searched(SearchSection search)
    {
        var ranges = new Dictionary<string, SearchRange>(StringComparer.Ordinal);
        foreach (var (name, range) in search.Ranges)
        {
            if (!ranges.TryAdd(LightGbmParameters.CheckSearched(name), range))
            {
                throw new SlipwayException(ErrorKind.InvalidInput, $"train.search has '{name}' twice, under two of its names. Give one of them.");
            }
        }

        return search with { Ranges = ranges };
    }

    /// <summary>The recipe with a trial's values in place of its own.</summary>
    public LightGbmRecipe With(IReadOnlyDictionary<string, string> values)
    {
        var parameters = new SortedDictionary<string, string>(Parameters, StringComparer.Ordinal);
        var rounds = Rounds;
        foreach (var (name, value) in values)
        {
            if (name == SearchSpace.Rounds)
            {
                rounds = int.Parse(value, CultureInfo.InvariantCulture);
                CheckRange(name, rounds, 1, MostRounds);
            }
            else
            {
                parameters[name] = value;
            }
        }

        return this with { Parameters = parameters, Rounds = rounds };
    }

    /// <summary>The recipe as LightGBM reads it. It also stands at the end of the model's text, so its order is fixed.</summary>
    public string ToText(TrainingData data)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"objective={Objective} num_iterations={Rounds} num_threads={Threads} seed={Seed} deterministic=true force_row_wise=true verbosity=-1");
        if (Task == LearningTask.Multiclass)
        {
            text.Append(CultureInfo.InvariantCulture, $" num_class={data.Target.Labels.Count}");
        }

        if (data.Categorical.Length > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $" categorical_feature={data.Categorical}");
        }

        foreach (var (name, value) in Parameters)
        {
            text.Append(CultureInfo.InvariantCulture, $" {name}={value}");
        }

        return text.ToString();
    }

    /// <summary>
    /// The recipe for the record. What a search found stands under the parameters' own names, and the search itself under <c>search</c>, so that the same search that finds something else in
    /// newer data is known as the same recipe.
    /// </summary>
    public SortedDictionary<string, string> Describe(SplitSection split, string splitBy, SearchSection? search)
    {
        var described = new SortedDictionary<string, string>(Parameters, StringComparer.Ordinal)
        {
            ["algorithm"] = "lightgbm",
            ["task"] = Task.Word(),
            [ObjectiveName] = Objective,
            ["rounds"] = Rounds.ToString(CultureInfo.InvariantCulture),
            ["threads"] = Threads.ToString(CultureInfo.InvariantCulture),
            ["seed"] = Seed.ToString(CultureInfo.InvariantCulture),
            ["split.by"] = splitBy,
            ["split.test"] = split.Test.ToString(CultureInfo.InvariantCulture),
        };
        if (search is not null)
        {
            var ranges = Searched(search).Ranges.OrderBy(r => r.Key, StringComparer.Ordinal).Select(r => string.Create(CultureInfo.InvariantCulture, $" {r.Key}=[{r.Value.Low},{r.Value.High}]"));
            described["search"] = $"trials={search.Trials.ToString(CultureInfo.InvariantCulture)}{string.Concat(ranges)}";
        }

        return described;
    }

    private static void CheckRange(string name, int value, int low, int high)
    {
        if (value < low || value > high)
        {
            throw new SlipwayException(ErrorKind.InvalidInput, $"train's {name} is {value}, but lies between {low} and {high}.");
        }
    }
}
