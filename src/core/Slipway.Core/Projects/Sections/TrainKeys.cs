using Slipway.Core.Projects.Shapes;

namespace Slipway.Core.Projects.Sections;

/// <summary>The section <c>train</c>.</summary>
internal static class TrainKeys
{
    public static readonly Key<string> Task = new("task", "What the label is: a number, one of two classes, or one of several.", new ChoiceShape(
        new Choice(Metrics.Regression), new Choice(Metrics.Binary), new Choice(Metrics.Multiclass)), required: true);

    public static readonly Key<string> Algorithm = new("algorithm", "The algorithm; lightgbm unless command is given.", new ChoiceShape(new Choice("lightgbm")));

    public static readonly Key<IReadOnlyList<string>> Command = new("command", "A program and its arguments that trains and writes a model file, instead of an algorithm.",
        new ListShape<string>("words, the program and its arguments", Values.Text("a word of the command", 4096)) { Example = "[python3, train.py]" });

    public static readonly Key<TimeSpan> Timeout = new(
        "timeout", "How long the command may take; 1 h unless given.", Values.Time(TimeSpan.FromSeconds(1), TimeSpan.FromDays(30)));

    public static readonly Key<int> Rounds = new("rounds", "Boosting rounds; 200 unless given.", Values.Whole(1, 100_000));

    public static readonly Key<int> Threads = new(
        "threads", "Threads of the training, part of the recipe because trees change with it; 2 unless given.", Values.Whole(1, 256));

    public static readonly Key<int> Seed = new("seed", "The seed of everything random; 1 unless given.", Values.Whole(0, int.MaxValue));

    public static readonly Key<ReadMap> Parameters = new(
        "parameters", "Parameters of the algorithm by its own names, and rounds, threads and seed.", ParametersShape);

    public static readonly Key<int> Trials = new("trials", "How many combinations to try.", Values.Whole(1, 1000), required: true);

    public static readonly Key<ReadMap> Search = new("search", "A random search: for each parameter its lowest and highest value.", SearchShape);

    public static readonly Key<string> By = new(
        "by", "time holds out the last rows, random any; time unless given, when the data has a time column.", new ChoiceShape(new Choice("time"), new Choice("random")));

    public static readonly Key<double> Test = new("test", "The share of rows to hold out; 20% unless given.", Values.Share(0, 100, open: true));

    public static readonly Key<ReadMap> Split = new("split", "How rows are held out for the test.", new MapShape([By, Test]));

    public static readonly MapShape Shape = new([Task, Algorithm, Command, Timeout, Parameters, Search, Split], check: Check)
    {
        CheckInSchema = schema => schema["not"] = SchemaRules.Together(Algorithm, Command),
    };

    private const string ParameterPattern = "^[a-z][a-z0-9_]{0,63}$";

    private static MapShape ParametersShape => new([Rounds, Threads, Seed])
    {
        Others = Values.Scalar(),
        OtherMeaning = "and the algorithm's own",
        OtherName = ParameterName,
        OtherPattern = ParameterPattern,
    };

    private static MapShape SearchShape => new([Trials], atLeast: 2, CheckSearch)
    {
        Others = new ListShape<ParsedNumber>("numbers, lowest and highest", Values.AnyNumber(), 2, 2) { Example = "[15, 255]" },
        OtherMeaning = "a parameter with its range (num_leaves: [15, 255])",
        OtherName = SearchName,
        OtherPattern = ParameterPattern,
    };

    public static TrainSection Build(ReadMap map)
    {
        var defaults = new TrainSection { Task = map.Find(Task)! };
        var parameters = map.Find(Parameters);
        var split = map.Find(Split);
        return defaults with
        {
            Algorithm = map.Has(Command) ? null : map.Find(Algorithm) ?? "lightgbm",
            Command = map.Get(Command, []),
            CommandTimeout = map.Get(Timeout, defaults.CommandTimeout),
            Parameters = Others(parameters).ToDictionary(e => e.Name.Value, e => (string)e.Value!),
            Rounds = parameters?.Get(Rounds, defaults.Rounds) ?? defaults.Rounds,
            Threads = parameters?.Get(Threads, defaults.Threads) ?? defaults.Threads,
            Seed = parameters?.Get(Seed, defaults.Seed) ?? defaults.Seed,
            Search = map.Find(Search) is { } search ? BuildSearch(search) : null,
            Split = split is null ? defaults.Split : new SplitSection(split.Find(By), split.Get(Test, defaults.Split.Test)),
        };
    }

    private static SearchSection BuildSearch(ReadMap search) => new(
        search.Get(Trials, 1),
        Others(search).ToDictionary(e => e.Name.Value, e => e.Value is IReadOnlyList<ParsedNumber> range
            ? new SearchRange(range[0].Value, range[1].Value, range[0].Whole && range[1].Whole)
            : throw new InvalidOperationException($"The range of {e.Name.Value} was not read.")));

    private static IEnumerable<ReadEntry> Others(ReadMap? map) =>
        map?.Entries.Where(e => e.Name.Value is not ("rounds" or "threads" or "seed" or "trials")) ?? [];

    private static void Check(Reading reading, ReadMap map)
    {
        if (map.Has(Algorithm) && map.Has(Command))
        {
            reading.Refuse(map.At(Command), map.PathOf(Command), "'algorithm' and 'command' exclude each other: either Slipway trains, or your program does. Remove one.");
        }

        if (map.Has(Command) && map.Has(Search))
        {
            reading.Refuse(map.At(Search), map.PathOf(Search), "'search' needs an algorithm; a command makes its own search. Remove one.");
        }

        if (map.Has(Timeout) && !map.Has(Command))
        {
            reading.Refuse(map.At(Timeout), map.PathOf(Timeout), "'timeout' is for a command, and there is none. Remove it.");
        }
    }

    private static void CheckSearch(Reading reading, ReadMap search)
    {
        foreach (var entry in search.Entries)
        {
            if (entry.Value is IReadOnlyList<ParsedNumber> range && range[0].Value >= range[1].Value)
            {
                reading.Refuse(entry.Content, search.PathOf(entry.Name.Value), "The range is empty: write the lowest value first and a higher one second.");
            }
        }
    }

    private static string? ParameterName(string name) => IsParameter(name)
        ? null
        : "A parameter's name has lower-case letters, digits and '_', beginning with a letter, at most 64 characters.";

    private static string? SearchName(string name) => name is "threads" or "seed"
        ? "It is part of the recipe and cannot be searched: set it under 'parameters'."
        : ParameterName(name);

    private static bool IsParameter(string name) => name.Length is > 0 and <= 64 && char.IsAsciiLetterLower(name[0])
        && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_');
}
