using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Slipway.EndToEnd.Tests.Mlflow;

/// <summary>What a training script logs: an experiment, a parent run with five children, their data, files and the model that the best of them made.</summary>
internal sealed class MlflowScript(MlflowWire wire)
{
    public const long Start = 1_700_000_000_000;

    public const string ModelFile = """
        artifact_path: model
        flavors:
          python_function: { loader_module: mlflow.sklearn, model_path: model.pkl }
        signature:
          inputs: '[{"name": "hour", "type": "long", "required": true}, {"name": "temp", "type": "double", "required": false}]'
          outputs: '[{"type": "double", "required": true}]'
        """;

    public string ExperimentName { get; } = $"rides {Guid.NewGuid():N} größe";

    public string Experiment { get; private set; } = "";

    public string Parent { get; private set; } = "";

    public List<string> Children { get; } = [];

    public string RunFiles { get; private set; } = "";

    public string Model { get; private set; } = "";

    public string ModelFiles { get; private set; } = "";

    public byte[] Large { get; } = RandomNumberGenerator.GetBytes(1_000_003);

    public byte[] Weights { get; } = RandomNumberGenerator.GetBytes(50_000);

    public async Task LogAsync()
    {
        Experiment = (string)(await wire.PostAsync("2.0/mlflow/experiments/create", new { name = ExperimentName, tags = new[] { new { key = "team", value = "a" } } }))["experiment_id"]!;
        Parent = await StartRunAsync("search", parent: null);
        for (var i = 0; i < 5; i++)
        {
            Children.Add(await StartRunAsync($"trial {i}", Parent));
            await LogTrialAsync(Children[i], i);
        }

        await LogFilesAsync(Children[0]);
        await LogModelAsync(Children[0]);
        foreach (var run in Children.Append(Parent))
        {
            await wire.PostAsync("2.0/mlflow/runs/update", new { run_id = run, status = "FINISHED", end_time = Start + 60_000 });
        }
    }

    private async Task<string> StartRunAsync(string name, string? parent)
    {
        var tags = parent is null ? [] : new[] { new { key = "mlflow.parentRunId", value = parent } };
        var run = await wire.PostAsync("2.0/mlflow/runs/create", new { experiment_id = Experiment, run_name = name, start_time = Start + (Children.Count * 1000), tags });
        return (string)run["run"]!["info"]!["run_id"]!;
    }

    // A 64-bit integer is a text to some clients and a number to others.
    private async Task LogTrialAsync(string run, int trial)
    {
        await wire.PostAsync("2.0/mlflow/runs/log-parameter", new { run_id = run, key = "learning rate", value = (trial / 10.0).ToString(CultureInfo.InvariantCulture) });
        await wire.PostAsync("2.0/mlflow/runs/set-tag", new { run_id = run, key = "team", value = trial % 2 == 0 ? "a" : "b" });
        await wire.PostAsync("2.0/mlflow/runs/log-batch", new
        {
            run_id = run,
            metrics = Enumerable.Range(0, 25).Select(step => new { key = "loss", value = 1.0 / (step + 1), timestamp = $"{Start + step}", step = $"{step}" }),
            @params = new[] { new { key = "depth", value = "6" }, new { key = "seed", value = $"{trial}" } },
            tags = new[] { new { key = "note", value = "<b>bold</b>" } },
        });
        await wire.PostAsync("2.0/mlflow/runs/log-metric", new { run_id = run, key = "rmse", value = 10.0 + trial, timestamp = Start, step = 0 });
        await wire.PostAsync("2.0/mlflow/runs/log-metric", new { run_id = run, key = "odd", value = "NaN", timestamp = Start, step = long.MaxValue });
        await wire.PostAsync("2.0/mlflow/runs/log-inputs", new
        {
            run_id = run,
            datasets = new[]
            {
                new
                {
                    dataset = new { name = "rides", digest = "5d41402a", source_type = "local", source = """{"uri": "rides.csv"}""", schema = """{"columns": 2}""", profile = """{"rows": 9}""" },
                    tags = new[] { new { key = "mlflow.data.context", value = trial == 4 ? "evaluation" : "training" } },
                },
            },
        });
    }

    private async Task LogFilesAsync(string run)
    {
        RunFiles = (string)(await wire.GetAsync("2.0/mlflow/runs/get", ("run_id", run)))["run"]!["info"]!["artifact_uri"]!;
        await wire.UploadAsync($"{RunFiles}/plots/residuals.png", [0x89, 0x50, 0x4e, 0x47]);
        await wire.UploadAsync($"{RunFiles}/report <1>.html", Encoding.UTF8.GetBytes("<script>alert(1)</script>"));
        await UploadInPartsAsync(RunFiles["mlflow-artifacts:/".Length..], "large.bin", 4);
    }

    private async Task UploadInPartsAsync(string folder, string name, int parts)
    {
        var created = await wire.PostAsync($"2.0/mlflow-artifacts/mpu/create/{folder}", new { path = name, num_parts = parts });
        var size = (Large.Length / parts) + 1;
        var named = new List<object>();
        foreach (var credential in created["credentials"]!.AsArray())
        {
            var (number, url) = ((int)credential!["part_number"]!, (string)credential["url"]!);
            var etag = await wire.PutAsync(url, [.. Large.Skip((number - 1) * size).Take(size)]);
            named.Add(new { part_number = number, etag, url });
        }

        await wire.PostAsync($"2.0/mlflow-artifacts/mpu/complete/{folder}", new { path = name, upload_id = (string)created["upload_id"]!, parts = named });
    }

    private async Task LogModelAsync(string run)
    {
        var created = (await wire.PostAsync("2.0/mlflow/logged-models", new
        {
            experiment_id = Experiment,
            name = "regressor",
            model_type = "sklearn",
            source_run_id = run,
            @params = new[] { new { key = "depth", value = "6" } },
            tags = new[] { new { key = "stage", value = "tried" } },
        }))["model"]!["info"]!;
        (Model, ModelFiles) = ((string)created["model_id"]!, (string)created["artifact_uri"]!);
        await wire.UploadAsync($"{ModelFiles}/MLmodel", Encoding.UTF8.GetBytes(ModelFile));
        await wire.UploadAsync($"{ModelFiles}/model.pkl", Weights);
        var ready = await wire.ChangeAsync(HttpMethod.Patch, $"2.0/mlflow/logged-models/{Model}", new { model_id = Model, status = "LOGGED_MODEL_READY" });
        Assert.Equal("LOGGED_MODEL_READY", (string)ready["model"]!["info"]!["status"]!);
        await wire.PostAsync("2.0/mlflow/runs/outputs", new { run_id = run, models = new[] { new { model_id = Model, step = "24" } } });
        await wire.PostAsync("2.0/mlflow/runs/log-inputs", new { run_id = Parent, models = new[] { new { model_id = Model } } });
        await wire.PostAsync(
            "2.0/mlflow/runs/log-metric",
            new { run_id = run, key = "rmse", value = 9.5, timestamp = Start + 1, step = 1, model_id = Model, dataset_name = "rides", dataset_digest = "5d41402a" });
    }
}
