using System.Text;
using Slipway.Core.Projects;
using Slipway.Monitoring.Log;
using Slipway.Rollouts.Releases;
using Slipway.Watch.Tests.Monitoring.Watching;

namespace Slipway.Watch.Tests.Monitoring.Log;

/// <summary>What is redacted is nowhere: not in what is handed over, not in the bytes of any file.</summary>
public sealed class RedactionTests : IDisposable
{
    private const string Secret = "s3cret-Customer-4711";

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task No_byte_of_it_is_in_chunk_or_file()
    {
        await using var host = await LogHost.StartAsync(
            _folder.Path, options: new() { Redact = ["customer", "salary", "letter", "segment:region", "sticky_key"], ChunkRows = 1 });
        Personal().Record(host, "a");
        await host.Log.DrainAsync(Cancel);
        var chunk = Assert.Single(host.Files("bikes", "*.arrows"));
        AssertHides(chunk);
        await host.ConvertAsync();
        AssertHides(Assert.Single(host.Files("bikes", "*.parquet")));

        var batch = Assert.Single(host.Consumer.Batches);
        Assert.Equal(["temp"], batch.Inputs.Select(input => input.Name));
        Assert.Equal(["cnt"], batch.Outputs.Select(output => output.Name));
        Assert.Equal(["device"], batch.Segments.Keys);
        Assert.Null(Assert.Single(batch.Keys));
        Assert.Equal([20.0], ((NumberValues)batch.Inputs[0]).Values);
    }

    [Fact]
    public async Task A_column_of_a_matrix_is_left_out_as_one_that_was_sent_alone()
    {
        await using var host = await LogHost.StartAsync(_folder.Path, options: new() { Redact = ["salary"], ChunkRows = 1 });
        new Call { Rows = 2 }.Matrix(["temp", "salary", "hum"], 20, 98765.4321, 0.5, 21, 98765.4321, 0.6).Output("cnt", 1, 2).Record(host, "a");
        await host.Log.DrainAsync(Cancel);
        Assert.False(Holds(Assert.Single(host.Files("bikes", "*.arrows")), BitConverter.GetBytes(98765.4321)));
        await host.ConvertAsync();
        Assert.False(Holds(Assert.Single(host.Files("bikes", "*.parquet")), BitConverter.GetBytes(98765.4321)));

        var batch = Assert.Single(host.Consumer.Batches);
        Assert.Equal(["temp", "hum"], batch.Inputs.Select(input => input.Name));
        Assert.Equal([20, 21], ((NumberValues)batch.Inputs[0]).Values);
        Assert.Equal([0.5, 0.6], ((NumberValues)batch.Inputs[1]).Values);
    }

    [Fact]
    public async Task Of_a_failure_only_its_kind_is_kept_since_a_message_may_hold_values()
    {
        await using var host = await LogHost.StartAsync(_folder.Path, options: new() { Redact = ["customer"], ChunkRows = 1 });
        new Call { Failed = true, Error = new FormatException($"'{Secret}' is no number.") }.Record(host, "a");
        await host.Log.DrainAsync(Cancel);
        AssertHides(Assert.Single(host.Files("bikes", "*.arrows")));

        Assert.Equal([nameof(FormatException)], Assert.Single(host.Consumer.Batches).Errors!);
    }

    [Fact]
    public async Task Without_redaction_the_same_look_finds_it()
    {
        await using var host = await LogHost.StartAsync(_folder.Path, options: new() { ChunkRows = 1 });
        Personal().Record(host, "a");
        await host.Log.DrainAsync(Cancel);

        Assert.True(Holds(Assert.Single(host.Files("bikes", "*.arrows")), Encoding.UTF8.GetBytes(Secret)));
        await host.ConvertAsync();
        Assert.True(Holds(Assert.Single(host.Files("bikes", "*.parquet")), Encoding.UTF8.GetBytes(Secret)));
        Assert.True(Holds(host.Files("bikes", "*.parquet")[0], BitConverter.GetBytes(98765.4321)));
    }

    [Fact]
    public async Task It_never_reaches_the_queue()
    {
        await using var host = LogHost.Unstarted(_folder.Path, options: new() { Redact = ["customer", "letter", "segment:REGION"], Sample = 0.999999 });
        await host.Rules.FollowAsync(Cancel);
        Assert.True(host.Rules.Find("bikes")!.TryTake(Personal().ToRecord() with { Rollout = "r1", Randomised = true }, out var taken));

        Assert.Null(taken.Inputs.Find("customer"));
        Assert.Null(taken.Outputs.Find("letter"));
        Assert.Equal(["device"], taken.Fields.Segments.Select(segment => segment.Key));
    }

    [Fact]
    public async Task What_the_project_names_and_what_the_server_does_are_both_left_out()
    {
        var projects = new StatedProjects();
        projects.State("bikes", new LogSection(null, ["customer"]));
        await using var host = await LogHost.StartAsync(_folder.Path, options: new() { Redact = ["salary"] }, projects: projects);
        Personal().Record(host, "a");
        Call.Tabular(deployment: "others").Text("customer", "x").Number("salary", 1).Record(host, "b");
        await host.Log.DrainAsync(Cancel);

        Assert.Equal(["temp"], host.Consumer.Batches.Single(b => b.Source.Deployment == "bikes").Inputs.Select(input => input.Name));
        Assert.Equal(["temp", "city", "customer"], host.Consumer.Batches.Single(b => b.Source.Deployment == "others").Inputs.Select(input => input.Name));
    }

    [Fact]
    public async Task What_is_redacted_from_now_on_is_in_no_later_row()
    {
        var projects = new StatedProjects();
        await using var host = await LogHost.StartAsync(_folder.Path, projects: projects);
        Personal().Record(host, "a");
        await host.Log.DrainAsync(Cancel);
        projects.State("bikes", new LogSection(null, ["customer", "letter", "sticky_key", "segment:region"]));
        await host.Rules.FollowAsync(Cancel);
        Personal().Record(host, "b");
        await host.Log.DrainAsync(Cancel);

        Assert.Equal([true, false], host.Consumer.Batches.Select(batch => batch.Inputs.Any(input => input.Name == "customer")));
        Assert.Equal([Secret, null], host.Consumer.Batches.SelectMany(batch => batch.Keys));
    }

    [Fact]
    public async Task Of_a_call_of_which_nothing_may_be_kept_its_time_is()
    {
        await using var host = await LogHost.StartAsync(_folder.Path, options: new() { Redact = ["temp", "city", "cnt"], ChunkRows = 1 });
        Call.Tabular().Record(host, "a");
        await host.ConvertAsync();

        var batch = Assert.Single(host.Consumer.Batches);
        Assert.Equal((0, 0, 1.5), (batch.Inputs.Count, batch.Outputs.Count, batch.Milliseconds[0]));
        Assert.Equal(["a"], Assert.Single(await host.Log.FindAsync("bikes", ["a"], Cancel)).Ids);
    }

    [Fact]
    public async Task A_rollout_still_tells_callers_apart_by_a_key_that_is_not_kept()
    {
        await using var host = await LogHost.StartAsync(_folder.Path, options: new() { Redact = ["sticky_key"] });
        foreach (var (id, key) in new[] { ("a", Secret), ("b", Secret), ("c", "somebody else") })
        {
            (new Call { Rollout = "r1", Weight = 0.2, Randomised = true }.Number("temp", 1).Of(key)).Record(host, id);
        }

        await host.Log.DrainAsync(Cancel);

        // The log may write between two calls, which makes two batches of them.
        var units = host.Consumer.Batches.SelectMany(batch => batch.Units).ToArray();
        Assert.Equal(3, units.Length);
        Assert.Equal(units[0], units[1]);
        Assert.NotEqual(units[0], units[2]);
        Assert.Equal(RolloutUnits.Hash("r1", Secret).ToString("x16", System.Globalization.CultureInfo.InvariantCulture), host.Consumer.Batches.First().Keys[0]);
        Assert.All(host.Files("bikes", "*.arrows"), AssertHides);
    }

    private static Call Personal() => new Call().Number("temp", 20).Text("customer", Secret).Number("salary", 98765.4321).Output("cnt", 40).Letter(Secret).Of(Secret).In("region", Secret).In("device", "mobile");

    private static void AssertHides(string file)
    {
        Assert.False(Holds(file, Encoding.UTF8.GetBytes(Secret)), $"{file} holds the secret.");
        Assert.False(Holds(file, BitConverter.GetBytes(98765.4321)), $"{file} holds the salary.");
    }

    private static bool Holds(string file, byte[] bytes)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content.AsSpan().IndexOf(bytes) >= 0;
    }
}
