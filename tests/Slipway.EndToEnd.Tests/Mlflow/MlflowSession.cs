using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using static Slipway.EndToEnd.Tests.Mlflow.MlflowWire;

namespace Slipway.EndToEnd.Tests.Mlflow;

/// <summary>A script's whole session over the wire, from its first run to what a purge leaves, with a kill of the server in the middle. A class for each database derives it.</summary>
public abstract class MlflowSession(SharedServer server)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Blobs => Path.Combine(server.Up.Folder, "slipway-data", "blobs");

    [Fact]
    public async Task What_a_script_logs_is_read_registered_searched_deleted_and_purged_and_outlives_a_kill()
    {
        using var before = new MlflowWire(server.Up.Address);
        var script = new MlflowScript(before);
        await script.LogAsync();
        await AssertLoggedAsync(before, script);
        await AssertFilesAsync(before, script);
        await AssertFoundAsync(before, script);
        var model = await RegisterAsync(before, script);
        var told = await ReadAllAsync(before, script, model);

        await server.KillAndStartAsync(Cancel);

        using var wire = new MlflowWire(server.Up.Address);
        Assert.Equal(told, await ReadAllAsync(wire, script, model));
        using (var twin = new MlflowWire(server.Up.Address, "ajax-api"))
        {
            Assert.Equal(told, await ReadAllAsync(twin, script, model));
        }

        await AssertFilesAsync(wire, script);
        await AssertLoadedByAliasAsync(wire, script, model);
        await DeleteAndRestoreAsync(wire, script, told, model);
        await PurgeAsync(wire, script, model);
    }

    private static async Task AssertLoggedAsync(MlflowWire wire, MlflowScript script)
    {
        var best = (await wire.GetAsync("2.0/mlflow/runs/get", ("run_id", script.Children[0])))["run"]!;
        Assert.Equal(["depth=6", "learning rate=0", "seed=0"], Pairs(best["data"]!["params"]!));
        Assert.Equal(["loss=0.04", "odd=\"NaN\"", "rmse=9.5"], Pairs(best["data"]!["metrics"]!));
        Assert.Contains("mlflow.parentRunId=" + script.Parent, Pairs(best["data"]!["tags"]!));
        Assert.Contains("note=<b>bold</b>", Pairs(best["data"]!["tags"]!));
        Assert.Equal(("FINISHED", MlflowScript.Start, MlflowScript.Start + 60_000), ((string)best["info"]!["status"]!, (long)best["info"]!["start_time"]!, (long)best["info"]!["end_time"]!));
        Assert.Equal(long.MaxValue, (long)best["data"]!["metrics"]!.AsArray().Single(metric => (string)metric!["key"]! == "odd")!["step"]!);

        var input = best["inputs"]!["dataset_inputs"]!.AsArray().Single()!;
        Assert.Equal(("rides", "5d41402a", "training"), ((string)input["dataset"]!["name"]!, (string)input["dataset"]!["digest"]!, (string)input["tags"]![0]!["value"]!));
        Assert.Equal((script.Model, 24), ((string)best["outputs"]!["model_outputs"]![0]!["model_id"]!, (long)best["outputs"]!["model_outputs"]![0]!["step"]!));

        // Twenty-five points, ten a page.
        var steps = new List<long>();
        for (string? token = ""; token is not null;)
        {
            var page = await wire.GetAsync("2.0/mlflow/metrics/get-history", ("run_id", script.Children[0]), ("metric_key", "loss"), ("max_results", 10), ("page_token", token));
            steps.AddRange(page["metrics"]!.AsArray().Select(point => (long)point!["step"]!));
            token = (string?)page["next_page_token"];
        }

        Assert.Equal(Enumerable.Range(0, 25).Select(step => (long)step), steps);
        var several = await wire.GetAsync("2.0/mlflow/metrics/get-history-bulk", [.. script.Children.Select(run => ("run_id", (object)run)), ("metric_key", "rmse")]);
        Assert.Equal(6, several["metrics"]!.AsArray().Count);
        Assert.Equal(script.Children, several["metrics"]!.AsArray().Select(point => (string)point!["run_id"]!).Distinct());

        var model = (await wire.GetAsync($"2.0/mlflow/logged-models/{script.Model}"))["model"]!;
        Assert.Equal(["depth=6"], Pairs(model["data"]!["params"]!));
        Assert.Equal(["rmse=9.5"], Pairs(model["data"]!["metrics"]!));
    }

    private static async Task AssertFilesAsync(MlflowWire wire, MlflowScript script)
    {
        Assert.Equal(["large.bin:1000003", "plots/", "report <1>.html:25"], (await wire.ListAsync(script.RunFiles)).Order(StringComparer.Ordinal));
        Assert.Equal(["plots/residuals.png:4"], Lines(await wire.GetAsync("2.0/mlflow/artifacts/list", ("run_id", script.Children[0]), ("path", "plots"))));
        Assert.Equal(["MLmodel:" + MlflowScript.ModelFile.Length, "model.pkl:50000"], (await wire.ListAsync(script.ModelFiles)).Order(StringComparer.Ordinal));
        Assert.Equal(script.Large, await wire.DownloadAsync($"{script.RunFiles}/large.bin"));
        var (status, part, range) = await wire.DownloadPartAsync($"{script.RunFiles}/large.bin", 500_000, 500_099);
        Assert.Equal((HttpStatusCode.PartialContent, "bytes 500000-500099/1000003"), (status, range));
        Assert.Equal(script.Large[500_000..500_100], part);
    }

    private static async Task AssertFoundAsync(MlflowWire wire, MlflowScript script)
    {
        var filter = $"metrics.rmse > 9 and params.depth = '6' and tags.team in ('a', 'b') and tags.`mlflow.parentRunId` = '{script.Parent}' and datasets.context = 'training'";
        var found = new List<string>();
        for (string? token = ""; token is not null;)
        {
            var page = await wire.PostAsync("2.0/mlflow/runs/search", new { experiment_ids = Texts(script.Experiment), filter, order_by = Texts("metrics.rmse DESC"), max_results = "3", page_token = token });
            found.AddRange(page["runs"]!.AsArray().Select(run => (string)run!["info"]!["run_id"]!));
            token = (string?)page["next_page_token"];
        }

        Assert.Equal([script.Children[3], script.Children[2], script.Children[1], script.Children[0]], found);
        var named = await wire.GetAsync("2.0/mlflow/experiments/get-by-name", ("experiment_name", script.ExperimentName));
        Assert.Equal(script.Experiment, (string)named["experiment"]!["experiment_id"]!);
        var models = await wire.PostAsync("2.0/mlflow/logged-models/search", new
        {
            experiment_ids = Texts(script.Experiment),
            filter = "metrics.rmse < 10 and params.depth = '6'",
            order_by = new[] { new { field_name = "metrics.rmse", ascending = true } },
        });
        Assert.Equal(script.Model, (string)models["models"]!.AsArray().Single()!["info"]!["model_id"]!);
        var datasets = await wire.PostAsync("2.0/mlflow/experiments/search-datasets", new { experiment_ids = Texts(script.Experiment) });
        Assert.Equal(["evaluation", "training"], datasets["dataset_summaries"]!.AsArray().Select(summary => (string)summary!["context"]!).Order(StringComparer.Ordinal));
    }

    private static async Task<string> RegisterAsync(MlflowWire wire, MlflowScript script)
    {
        var name = $"ride-duration-{script.Experiment}";
        await wire.PostAsync("2.0/mlflow/registered-models/create", new { name, description = "How long a ride takes", tags = new[] { new { key = "owner", value = "rides" } } });
        var version = (await wire.PostAsync(
            "2.0/mlflow/model-versions/create", new { name, source = $"models:/{script.Model}", run_id = script.Children[0], model_id = script.Model }))["model_version"]!;
        Assert.Equal(("1", "READY", script.Model), ((string)version["version"]!, (string)version["status"]!, (string)version["model_id"]!));
        await wire.PostAsync("2.0/mlflow/registered-models/alias", new { name, alias = "champion", version = "1" });
        await AssertLoadedByAliasAsync(wire, script, name);

        var model = (await wire.GetAsync($"2.0/mlflow/logged-models/{script.Model}"))["model"]!;
        Assert.Equal((name, "1"), ((string)model["info"]!["registrations"]![0]!["name"]!, (string)model["info"]!["registrations"]![0]!["version"]!));
        return name;
    }

    /// <summary>As <c>models:/NAME@champion</c> is loaded: the version of the alias, where its files are, and each of them.</summary>
    private static async Task AssertLoadedByAliasAsync(MlflowWire wire, MlflowScript script, string model)
    {
        var version = (await wire.GetAsync("2.0/mlflow/registered-models/alias", ("name", model), ("alias", "champion")))["model_version"]!;
        var folder = (string)(await wire.GetAsync("2.0/mlflow/model-versions/get-download-uri", ("name", model), ("version", (string)version["version"]!)))["artifact_uri"]!;
        Assert.Equal(MlflowScript.ModelFile, Encoding.UTF8.GetString(await wire.DownloadAsync($"{folder}/MLmodel")));
        Assert.Equal(script.Weights, await wire.DownloadAsync($"{folder}/model.pkl"));
    }

    /// <summary>Everything that was logged, as it is answered.</summary>
    private static async Task<string> ReadAllAsync(MlflowWire wire, MlflowScript script, string model)
    {
        var text = new StringBuilder();
        foreach (var run in script.Children.Append(script.Parent))
        {
            await AddAsync("2.0/mlflow/runs/get", ("run_id", run));
            await AddAsync("2.0/mlflow/metrics/get-history", ("run_id", run), ("metric_key", "loss"));
            await AddAsync("2.0/mlflow/artifacts/list", ("run_id", run));
        }

        await AddAsync("2.0/mlflow/experiments/get", ("experiment_id", script.Experiment));
        await AddAsync($"2.0/mlflow/logged-models/{script.Model}");
        await AddAsync("2.0/mlflow/registered-models/get", ("name", model));
        await AddAsync("2.0/mlflow/registered-models/get-latest-versions", ("name", model), ("stages", "None"), ("stages", "Production"));
        await AddAsync("2.0/mlflow/model-versions/search", ("filter", $"name = '{model}'"), ("order_by", "name ASC"), ("order_by", "version_number DESC"));
        return text.ToString();

        async Task AddAsync(string path, params (string Key, object Value)[] query) => text.AppendLine((await wire.GetAsync(path, query)).ToJsonString());
    }

    private static async Task DeleteAndRestoreAsync(MlflowWire wire, MlflowScript script, string told, string model)
    {
        var run = script.Children[4];
        await wire.PostAsync("2.0/mlflow/runs/delete", new { run_id = run });
        Assert.DoesNotContain(run, await FindAsync("ACTIVE_ONLY"));
        Assert.Equal([run], await FindAsync("DELETED_ONLY"));
        var refused = await wire.TryPostAsync("2.0/mlflow/runs/log-metric", new { run_id = run, key = "rmse", value = 1, timestamp = 1 });
        Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
        Assert.Contains("'active'", refused.Message, StringComparison.Ordinal);
        await wire.PostAsync("2.0/mlflow/runs/restore", new { run_id = run });

        await wire.PostAsync("2.0/mlflow/experiments/delete", new { experiment_id = script.Experiment });
        Assert.Empty(await FindAsync("ACTIVE_ONLY"));
        await wire.PostAsync("2.0/mlflow/experiments/restore", new { experiment_id = script.Experiment });
        Assert.Equal(6, (await FindAsync("ACTIVE_ONLY")).Count);

        // The experiment says when it was changed last; all else is as it was.
        Assert.Equal(Unchanging(told), Unchanging(await ReadAllAsync(wire, script, model)));

        async Task<List<string>> FindAsync(string view) =>
            [.. ((await wire.PostAsync("2.0/mlflow/runs/search", new { experiment_ids = Texts(script.Experiment), run_view_type = view }))["runs"]?.AsArray() ?? []).Select(found => (string)found!["info"]!["run_id"]!)];

        static string[] Unchanging(string answers) => [.. answers.Split('\n').Where(line => !line.StartsWith("{\"experiment\"", StringComparison.Ordinal))];
    }

    private async Task PurgeAsync(MlflowWire wire, MlflowScript script, string model)
    {
        // An experiment with a file of its own, and one whose content the registered version has too.
        var name = $"spent {script.Experiment}";
        var spent = (string)(await wire.PostAsync("2.0/mlflow/experiments/create", new { name }))["experiment_id"]!;
        var run = (await wire.PostAsync("2.0/mlflow/runs/create", new { experiment_id = spent }))["run"]!["info"]!;
        var files = (string)run["artifact_uri"]!;
        var own = RandomNumberGenerator.GetBytes(12_345);
        await wire.UploadAsync($"{files}/own.bin", own);
        await wire.UploadAsync($"{files}/model.pkl", script.Weights);
        await wire.PostAsync("2.0/mlflow/experiments/delete", new { experiment_id = spent });
        Assert.Equal("RESOURCE_ALREADY_EXISTS", (await wire.TryPostAsync("2.0/mlflow/experiments/create", new { name })).ErrorCode);
        MakeOld();

        var plan = await GcAsync("--experiment", spent);
        Assert.Equal((false, 1, 1, 2), ((bool)plan["done"]!, (long)plan["experimentCount"]!, (long)plan["runCount"]!, (long)plan["artifactCount"]!));
        Assert.Equal((1, own.Length), ((long)plan["blobs"]!["count"]!, (long)plan["blobs"]!["bytes"]!));
        Assert.Equal(own, await wire.DownloadAsync($"{files}/own.bin"));
        Assert.True(File.Exists(BlobOf(own)));

        var done = await GcAsync("--experiment", spent, "--yes");
        Assert.Equal((true, 1, own.Length), ((bool)done["done"]!, (long)done["blobs"]!["count"]!, (long)done["blobs"]!["bytes"]!));
        Assert.False(File.Exists(BlobOf(own)));
        Assert.True(File.Exists(BlobOf(script.Weights)));
        await AssertGoneAsync(wire, "2.0/mlflow/experiments/get", ("experiment_id", spent));
        await AssertGoneAsync(wire, "2.0/mlflow/runs/get", ("run_id", (string)run["run_id"]!));
        await AssertGoneAsync(wire, "2.0/mlflow/artifacts/list", ("run_id", (string)run["run_id"]!));
        Assert.Equal(HttpStatusCode.NotFound, (await wire.SendAsync(HttpMethod.Get, FileOf($"{files}/own.bin"))).Status);
        Assert.NotEqual(spent, (string)(await wire.PostAsync("2.0/mlflow/experiments/create", new { name }))["experiment_id"]!);

        // The version needs the model, and so its experiment stays until the version goes.
        await wire.PostAsync("2.0/mlflow/experiments/delete", new { experiment_id = script.Experiment });
        Assert.Equal((0, 1), Kept(await GcAsync("--experiment", script.Experiment, "--yes")));
        await AssertLoadedByAliasAsync(wire, script, model);
        await wire.ChangeAsync(HttpMethod.Delete, "2.0/mlflow/registered-models/delete", new { name = model });
        await AssertGoneAsync(wire, "2.0/mlflow/registered-models/get", ("name", model));
        await wire.PostAsync("2.0/mlflow/registered-models/create", new { name = model });
        MakeOld();
        Assert.Equal((1, 0), Kept(await GcAsync("--experiment", script.Experiment, "--yes")));
        Assert.False(File.Exists(BlobOf(script.Weights)));
        Assert.False(File.Exists(BlobOf(script.Large)));
        await AssertGoneAsync(wire, $"2.0/mlflow/logged-models/{script.Model}");
        await wire.PostAsync("2.0/mlflow/experiments/create", new { name = script.ExperimentName });

        static (long Went, long Stayed) Kept(JsonObject report) => ((long)report["experimentCount"]!, (long)report["experimentsKept"]!);
    }

    private static async Task AssertGoneAsync(MlflowWire wire, string path, params (string Key, object Value)[] query)
    {
        var answer = await wire.TryGetAsync(path, query);
        Assert.Equal((HttpStatusCode.NotFound, "RESOURCE_DOES_NOT_EXIST"), (answer.Status, answer.ErrorCode));
    }

    private async Task<JsonObject> GcAsync(params string[] arguments)
    {
        var result = await server.Up.RunAsync(["gc", "--json", .. arguments], Cancel);
        Assert.True(result.ExitCode == 0, result.Errors);
        return result.Json;
    }

    private string BlobOf(byte[] content)
    {
        var digest = Convert.ToHexStringLower(SHA256.HashData(content));
        return Directory.EnumerateFiles(Blobs, "*", SearchOption.AllDirectories).FirstOrDefault(file => Path.GetFileName(Path.GetDirectoryName(file)) + Path.GetFileName(file) == digest)
            ?? Path.Combine(Blobs, digest);
    }

    /// <summary>What was stored within the last hour is left alone by a purge; this makes an hour of it.</summary>
    private void MakeOld()
    {
        foreach (var file in Directory.EnumerateFiles(Blobs, "*", SearchOption.AllDirectories))
        {
            File.SetLastWriteTimeUtc(file, File.GetLastWriteTimeUtc(file).AddHours(-2));
        }
    }

    private static IEnumerable<string> Pairs(JsonNode list) =>
        list.AsArray().Select(pair => $"{(string)pair!["key"]!}={(pair["value"]!.GetValueKind() == System.Text.Json.JsonValueKind.String && !pair.AsObject().ContainsKey("step") ? (string)pair["value"]! : pair["value"]!.ToJsonString())}");
}
