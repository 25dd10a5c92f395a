using Slipway.Core.Projects.Shapes;

namespace Slipway.Core.Projects.Sections;

/// <summary>The whole file: its sections, and what must hold between them.</summary>
internal static class ProjectKeys
{
    public static readonly Key<string> Model = new("model", "The model's name.", Values.Name("model"), required: true);

    public static readonly Key<string> Description = new("description", "What the model is for.", Values.Text("text", 10_000));

    public static readonly Key<string> Owner = new("owner", "Who answers for it.", Values.Text("a name", 200));

    public static readonly Key<string> Artifact = new("artifact", "A finished model's file or folder, instead of training one.", Values.ProjectPath());

    public static readonly Key<ReadMap> Data = new("data", "Where the data comes from.", DataKeys.Shape);

    public static readonly Key<ReadMap> Train = new("train", "How to train.", TrainKeys.Shape);

    public static readonly Key<ReadMap> Validate = new("validate", "The gates that a version must pass.", ValidateKeys.Shape);

    public static readonly Key<ReadMap> Deploy = new("deploy", "How a version takes over.", DeployKeys.Shape);

    public static readonly Key<ReadMap> Serve = new("serve", "How requests are answered.", ServeKeys.Shape);

    public static readonly Key<ReadMap> Monitor = new("monitor", "What is watched, against which baseline.", MonitorKeys.Shape);

    public static readonly Key<ReadMap> Retrain = new("retrain", "When to train again.", RetrainKeys.Shape);

    public static readonly MapShape Shape = new([Model, Description, Owner, Artifact, Data, Train, Validate, Deploy, Serve, Monitor, Retrain], check: Check)
    {
        CheckInSchema = schema =>
        {
            schema["anyOf"] = SchemaRules.AnyOf(Data, Artifact);
            schema["not"] = SchemaRules.Together(Artifact, Train);
        },
    };

    public static ProjectConfig Build(ReadMap map)
    {
        var model = map.Find(Model)!;
        return new ProjectConfig
        {
            Model = model,
            Description = map.Find(Description)?.Trim(),
            Owner = map.Find(Owner)?.Trim(),
            Artifact = map.Find(Artifact),
            Data = map.Find(Data) is { } data ? DataKeys.Build(data) : null,
            Train = map.Find(Train) is { } train ? TrainKeys.Build(train) : null,
            Validate = map.Find(Validate) is { } validate ? ValidateKeys.Build(validate) : null,
            Deploy = DeployKeys.Build(map.Find(Deploy), model),
            Serve = map.Find(Serve) is { } serve ? ServeKeys.Build(serve) : null,
            Monitor = MonitorKeys.Build(map.Find(Monitor)),
            Retrain = map.Find(Retrain) is { } retrain ? RetrainKeys.Build(retrain) : null,
        };
    }

    private static void Check(Reading reading, ReadMap map)
    {
        if (map.Has(Artifact) && map.Has(Train))
        {
            reading.Refuse(map.At(Train), map.PathOf(Train), "'artifact' and 'train' exclude each other: the model is either finished or to be trained. Remove one.");
        }

        if (!map.Has(Artifact) && !map.Has(Data))
        {
            reading.Refuse(map.Node, "data", "'data' is missing. Give 'data' to train a model, or 'artifact' for a finished one.");
        }

        if (!map.Has(Artifact) && map.Find(Data) is { } data)
        {
            CheckTraining(reading, map, data);
        }

        if (map.Find(Validate) is { } validate && validate.Has(ValidateKeys.Performance) && map.Has(Artifact) && !HasLabel(map))
        {
            reading.Refuse(
                validate.At(ValidateKeys.Performance),
                validate.PathOf(ValidateKeys.Performance),
                "Judging performance needs rows with the truth: give 'data' with 'label', or remove this.");
        }

        if (map.Find(Deploy) is { } deploy)
        {
            ApprovalKeys.CheckGates(reading, deploy, map);
        }

        if (map.Find(Retrain) is { } retrain)
        {
            CheckRetraining(reading, map, retrain);
        }

        if (map.Find(Train)?.Find(TrainKeys.Task) is { } task)
        {
            if (map.Find(Validate) is { } gates)
            {
                ValidateKeys.CheckTask(reading, gates, task);
            }

            if (map.Find(Monitor) is { } monitor)
            {
                MonitorKeys.CheckTask(reading, monitor, task);
            }
        }
    }

    // Without a train section the model is trained with defaults, so all of this holds then too.
    private static void CheckTraining(Reading reading, ReadMap map, ReadMap data)
    {
        if (!HasLabel(map))
        {
            reading.Refuse(data.Node, data.PathOf(DataKeys.Label), "'label' is missing: training needs the name of the column to learn.");
        }

        if (map.Find(Train)?.Find(TrainKeys.Split) is { } split && split.Find(TrainKeys.By) == "time" && !data.Has(DataKeys.Time))
        {
            reading.Refuse(
                split.ValueOf(TrainKeys.By),
                split.PathOf(TrainKeys.By),
                "A split by time needs a time column: name it under data.time, or split by random.");
        }
    }

    private static void CheckRetraining(Reading reading, ReadMap map, ReadMap retrain)
    {
        if (map.Has(Artifact))
        {
            reading.Refuse(map.At(Retrain), map.PathOf(Retrain), "A finished artifact cannot be trained again. Remove this, or train the model here.");
        }

        if (retrain.Find(RetrainKeys.Then) == DeployKeys.Canary)
        {
            DeployKeys.CheckJudged(reading, map.Find(Deploy), retrain.At(RetrainKeys.Then), retrain.PathOf(RetrainKeys.Then));
        }
    }

    private static bool HasLabel(ReadMap map) => map.Has(Data) && (map.Find(Data)?.Has(DataKeys.Label) ?? true);
}
