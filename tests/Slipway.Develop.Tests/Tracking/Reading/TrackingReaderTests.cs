using Slipway.Core.Errors;
using Slipway.Tracking.Reading;

namespace Slipway.Develop.Tests.Tracking.Reading;

/// <summary>What other modules read of experiments and runs, after a client has logged them.</summary>
public abstract class TrackingReaderTests(TrackingServer server)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_page_of_runs_has_the_values_that_were_asked_for_and_no_others()
    {
        var experiment = await server.Client.CreateExperimentAsync();
        var (parent, child) = (await server.Client.CreateRunAsync(experiment, "parent"), await server.Client.CreateRunAsync(experiment, "child"));
        await LogAsync(child, [("m", "NaN"), ("n", 2)], [("lr", "0.1"), ("depth", "3")], [("mlflow.parentRunId", parent), ("team", "a")]);
        RunValueName[] values = [new(RunValueKind.Metric, "m"), new(RunValueKind.Parameter, "lr"), new(RunValueKind.Tag, "team"), new(RunValueKind.Tag, "not there")];

        var page = await server.Reader.SearchRunsAsync(new RunSearch(experiment, 10) { OrderBy = "run_name", Values = values }, Cancel);

        Assert.Equal(["child", "parent"], page.Rows.Select(r => r.Run.Name));
        Assert.Equal([false, true], page.Rows.Select(r => r.HasChildren));
        Assert.Equal([parent, null], page.Rows.Select(r => r.Run.ParentId));
        Assert.Equal([("m", double.NaN)], page.Rows[0].Metrics.Select(m => (m.Key, m.Value)));
        Assert.Equal(new[] { "0.1", "a", parent }.Order(), page.Rows[0].Texts.Values.Order());
        Assert.Empty(page.Rows[1].Metrics);
    }

    [Fact]
    public async Task Pages_go_there_and_back_and_the_first_is_whole_again_whatever_came_in_front_of_it()
    {
        var experiment = await server.Client.CreateExperimentAsync();
        foreach (var i in Enumerable.Range(0, 5))
        {
            await server.Client.CreateRunAsync(experiment, $"run-{i}");
        }

        var search = new RunSearch(experiment, 2) { OrderBy = "run_name" };
        var first = await server.Reader.SearchRunsAsync(search, Cancel);
        var second = await server.Reader.SearchRunsAsync(search with { Place = new PagePlace(first.Next, Backwards: false) }, Cancel);
        var back = await server.Reader.SearchRunsAsync(search with { Place = new PagePlace(second.Previous, Backwards: true) }, Cancel);
        await server.Client.CreateRunAsync(experiment, "early");
        var shifted = await server.Reader.SearchRunsAsync(search with { Place = new PagePlace(second.Previous, Backwards: true) }, Cancel);
        var begin = await server.Reader.SearchRunsAsync(search with { Place = new PagePlace(shifted.Previous, Backwards: true) }, Cancel);

        Assert.Null(first.Previous);
        Assert.Equal(["run-2", "run-3"], second.Rows.Select(r => r.Run.Name));
        Assert.Equal(first.Rows.Select(r => r.Run), back.Rows.Select(r => r.Run));
        Assert.Equal((first.Previous, first.Next), (back.Previous, back.Next));
        Assert.Equal(["run-0", "run-1"], shifted.Rows.Select(r => r.Run.Name));
        Assert.Equal(["early", "run-0"], begin.Rows.Select(r => r.Run.Name));
        Assert.Null(begin.Previous);
    }

    [Fact]
    public async Task Pages_in_the_order_of_long_texts_have_short_tokens_and_go_there_and_back()
    {
        var experiment = await server.Client.CreateExperimentAsync();
        foreach (var i in Enumerable.Range(0, 4))
        {
            await LogAsync(await server.Client.CreateRunAsync(experiment, $"run-{i}"), [], [("text", new string('x', 5000) + i)], []);
        }

        var search = new RunSearch(experiment, 1) { Filter = "run_name != 'run-2'", OrderBy = "params.text" };
        var (names, place) = (new List<string>(), PagePlace.First);
        foreach (var backwards in new[] { false, false, true, true })
        {
            var page = await server.Reader.SearchRunsAsync(search with { Place = place }, Cancel);
            names.Add(Assert.Single(page.Rows).Run.Name);
            place = new PagePlace(backwards ? page.Previous : page.Next, backwards);
            Assert.InRange(place.Token!.Length, 1, 1500);
        }

        Assert.Equal(["run-0", "run-1", "run-3", "run-1"], names);
        Assert.Equal("run-0", (await server.Reader.SearchRunsAsync(search with { Place = place }, Cancel)).Rows[0].Run.Name);
        var error = await Assert.ThrowsAsync<SlipwayException>(() => server.Reader.SearchRunsAsync(search with { Place = new PagePlace("~gone' or 1", Backwards: false) }, Cancel));
        Assert.Equal("The run where this page begins is not there any more. Begin at the first page.", error.Message);
    }

    [Theory]
    [InlineData("metrics.a >", null, null, "Invalid filter at position 12")]
    [InlineData("", "nothing", null, "Invalid order_by 'nothing' at position 1")]
    [InlineData("", null, "nothing", "not one of this search")]
    public async Task What_is_wrong_with_a_search_is_said(string filter, string? order, string? token, string sentence)
    {
        var search = new RunSearch("0", 10) { Filter = filter, OrderBy = order, Place = new PagePlace(token, Backwards: true) };

        var error = await Assert.ThrowsAsync<SlipwayException>(() => server.Reader.SearchRunsAsync(search, Cancel));

        Assert.Equal(ErrorKind.InvalidInput, error.Kind);
        Assert.Contains(sentence, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Names_that_occur_are_listed_once_in_order_up_to_the_most()
    {
        var experiment = await server.Client.CreateExperimentAsync();
        foreach (var name in new[] { "a", "b" })
        {
            await LogAsync(await server.Client.CreateRunAsync(experiment, name), [.. Enumerable.Range(0, RunKeys.Most + 1).Select(i => ($"m{i:000}", (object)1))], [("z", "1"), ("a b", "2")], []);
        }

        var keys = await server.Reader.ListKeysAsync(experiment, Cancel);

        Assert.Equal(Enumerable.Range(0, RunKeys.Most).Select(i => $"m{i:000}"), keys.Metrics);
        Assert.Equal(["a b", "z"], keys.Parameters);
        Assert.Equal(["mlflow.runName"], keys.Tags);
        Assert.Empty((await server.Reader.ListKeysAsync("99999", Cancel)).Tags);
    }

    [Fact]
    public async Task A_run_is_read_whole_up_to_its_limits()
    {
        var experiment = await server.Client.CreateExperimentAsync();
        var run = await server.Client.CreateRunAsync(experiment, "large");
        for (var i = 0; i <= RunDetails.MostValues; i += 100)
        {
            await LogAsync(run, [], [.. Enumerable.Range(i, Math.Min(100, RunDetails.MostValues - i)).Select(j => ($"p{j:0000}", "x"))], []);
        }

        for (var i = 0; i < RunDetails.MostChildren; i++)
        {
            await LogAsync(await server.Client.CreateRunAsync(experiment, $"child {i}"), [], [], [("mlflow.parentRunId", run)]);
        }

        var at = (await server.Reader.FindRunAsync(run, Cancel))!;
        await LogAsync(run, [("loss", "-Infinity")], [("q", "one more")], []);
        await LogAsync(await server.Client.CreateRunAsync(experiment, "one more"), [], [], [("mlflow.parentRunId", run)]);
        var over = (await server.Reader.FindRunAsync(run, Cancel))!;

        Assert.Equal((RunDetails.MostValues, false, RunDetails.MostChildren, false), (at.Parameters.Count, at.HasMore, at.Children.Count, at.HasMoreChildren));
        Assert.Equal((RunDetails.MostValues, true, RunDetails.MostChildren, true), (over.Parameters.Count, over.HasMore, over.Children.Count, over.HasMoreChildren));
        Assert.Equal(double.NegativeInfinity, Assert.Single(over.Metrics).Value);
        Assert.Equal(run, over.Children[0].ParentId);
    }

    [Fact]
    public async Task A_parent_that_is_not_there_is_named_and_nothing_else_is_missing()
    {
        var run = await server.Client.CreateRunAsync();
        await LogAsync(run, [], [], [("mlflow.parentRunId", "gone")]);

        var found = (await server.Reader.FindRunAsync(run, Cancel))!;

        Assert.Equal(("gone", null, "Default"), (found.Run.ParentId, found.Parent?.Id, found.ExperimentName));
        Assert.Null(await server.Reader.FindRunAsync("gone", Cancel));
        Assert.Empty((await server.Reader.ReadCurveAsync("gone", "m", 10, Cancel)).Values);
    }

    [Fact]
    public async Task A_moment_that_no_calendar_has_is_the_nearest_one()
    {
        var answer = await server.Client.PostAsync("runs/create", new { experiment_id = "0", start_time = long.MaxValue });
        var run = answer.GetProperty("run").GetProperty("info").GetProperty("run_id").GetString()!;
        await server.Client.LogMetricAsync(run, "m", 1, timestamp: long.MaxValue);

        var found = (await server.Reader.FindRunAsync(run, Cancel))!;

        Assert.Equal(9999, found.Run.StartedAt.Year);
        Assert.Equal(9999, found.Metrics[0].At.Year);
    }

    [Fact]
    public async Task A_history_is_whole_up_to_the_most_and_then_thinned_from_its_first_to_its_last_step()
    {
        var run = await server.Client.CreateRunAsync();
        await LogAsync(run, [.. Enumerable.Range(0, 100).Select(i => ("m", (object)(i == 50 ? "NaN" : i)))], [], [], byStep: true);

        var whole = await server.Reader.ReadCurveAsync(run, "m", 100, Cancel);
        var thinned = await server.Reader.ReadCurveAsync(run, "m", 99, Cancel);

        Assert.Equal((100, false), (whole.Values.Count, whole.IsThinned));
        Assert.Equal(double.NaN, whole.Values[50].Value);
        Assert.True(thinned.IsThinned);
        Assert.InRange(thinned.Values.Count, 90, 99);
        Assert.Equal((0, 99), (thinned.Values[0].Step, thinned.Values[^1].Step));
    }

    [Fact]
    public async Task Experiments_are_found_by_a_part_of_their_name_in_any_case_and_as_it_is_written()
    {
        var part = $@"{Guid.NewGuid():N}'\'";
        var (kept, gone) = (await server.Client.CreateExperimentAsync($"Über <b> {part} x"), await server.Client.CreateExperimentAsync($"{part} gone"));
        await server.Client.CreateRunAsync(gone);
        await server.Client.PostAsync("experiments/delete", new { experiment_id = gone });

        Assert.Equal([kept], await FindAsync(part.ToUpperInvariant(), Shown.Active));
        Assert.Equal([gone], await FindAsync(part, Shown.Deleted));
        Assert.Equal([gone, kept], (await FindAsync(part, Shown.All)).Order().Reverse());
        Assert.Equal([kept], await FindAsync("über <b> " + part, Shown.All));
        Assert.Equal((true, 1), await server.Reader.FindExperimentAsync(gone, Cancel) is { } found ? (found.IsDeleted, found.Runs) : default);

        async Task<IEnumerable<string>> FindAsync(string name, Shown shown) => (await server.Reader.ListExperimentsAsync(new ExperimentSearch(name, shown, 10), Cancel)).Experiments.Select(e => e.Id);
    }

    [Fact]
    public async Task An_experiment_counts_its_active_runs_and_knows_the_newest()
    {
        var experiment = await server.Client.CreateExperimentAsync();
        var (_, gone) = (await server.Client.CreateRunAsync(experiment), await server.Client.CreateRunAsync(experiment));
        await server.Client.PostAsync("runs/delete", new { run_id = gone });

        var found = (await server.Reader.FindExperimentAsync(experiment, Cancel))!;

        Assert.Equal((1, DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000)), (found.Runs, found.LastRunAt));
        Assert.Null((await server.Reader.FindExperimentAsync("0", Cancel))!.CreatedAt);
        Assert.Null(await server.Reader.FindExperimentAsync("0x0", Cancel));
    }

    [Fact]
    public async Task A_folder_of_artifacts_is_listed_up_to_the_most()
    {
        var run = await server.Client.CreateRunAsync();
        foreach (var path in new[] { "a.txt", "model/deep/weights", "z.txt" })
        {
            await server.Client.SendAsync(HttpMethod.Put, $"/api/2.0/mlflow-artifacts/artifacts/0/{run}/artifacts/{path}", "12345", "application/octet-stream");
        }

        var all = await server.Reader.ListArtifactsAsync(run, "", 3, Cancel);
        var some = await server.Reader.ListArtifactsAsync(run, "", 2, Cancel);

        Assert.Equal([new ArtifactLine("a.txt", 5), new ArtifactLine("model", null), new ArtifactLine("z.txt", 5)], all.Entries);
        Assert.Equal((false, 2, true), (all.HasMore, some.Entries.Count, some.HasMore));
        Assert.Equal([new ArtifactLine("model/deep/weights", 5)], (await server.Reader.ListArtifactsAsync(run, "model/deep", 3, Cancel)).Entries);
        Assert.Empty((await server.Reader.ListArtifactsAsync(run, "nothing", 3, Cancel)).Entries);
        Assert.Equal(ErrorKind.InvalidInput, (await Assert.ThrowsAsync<SlipwayException>(() => server.Reader.ListArtifactsAsync(run, "../other", 3, Cancel))).Kind);
    }

    private Task<System.Text.Json.JsonElement> LogAsync(string run, (string Key, object Value)[] metrics, (string Key, string Value)[] parameters, (string Key, string Value)[] tags, bool byStep = false) =>
        server.Client.PostAsync("runs/log-batch", new
        {
            run_id = run,
            metrics = metrics.Select((m, i) => new { key = m.Key, value = m.Value, timestamp = 1_700_000_000_000, step = byStep ? i : 0 }),
            @params = parameters.Select(p => new { key = p.Key, value = p.Value }),
            tags = tags.Select(t => new { key = t.Key, value = t.Value }),
        });
}

public sealed class TrackingReaderOnSqliteTests(TrackingServer server) : TrackingReaderTests(server), IClassFixture<TrackingServer>;

public sealed class TrackingReaderOnPostgreSqlTests(PostgreSqlTrackingServer server) : TrackingReaderTests(server), IClassFixture<PostgreSqlTrackingServer>;
