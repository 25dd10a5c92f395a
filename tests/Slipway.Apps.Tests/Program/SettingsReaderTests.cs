using System.Collections;
using System.Net;
using Slipway.Core.Errors;
using Slipway.Datasets;
using Slipway.Server;

namespace Slipway.Apps.Tests.Program;

public sealed class SettingsReaderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("slipway-settings-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Without_any_source_the_defaults_hold()
    {
        var settings = Read();

        Assert.Equal(new IPEndPoint(IPAddress.Loopback, 5080), settings.Http);
        Assert.Equal(new IPEndPoint(IPAddress.Loopback, 5081), settings.Grpc);
        Assert.Equal("slipway-data", settings.Data);
        Assert.Empty(settings.Hosts);
        Assert.False(settings.Insecure);
        Assert.Null(settings.ProjectRoots);
        Assert.True(settings.AllowCommands);
        Assert.Equal(67_108_864, settings.MaxRequestBytes);
        Assert.Equal(new DatasetsOptions(), settings.Datasets);
    }

    [Fact]
    public void Telemetry_is_sent_where_the_settings_say_and_nowhere_without_them()
    {
        Assert.Null(Read().Telemetry);
        Assert.Equal(
            new TelemetrySettings(new Uri("http://10.0.0.7:4317")) { Protocol = TelemetryProtocol.Grpc, Sampling = 0.25, Interval = TimeSpan.FromSeconds(10) },
            Read("telemetry: { otlp: 'http://10.0.0.7:4317', protocol: grpc, sampling: 0.25, interval: 10 s }\n").Telemetry);
    }

    [Theory]
    [InlineData("telemetry: { otlp: 127.0.0.1 }", "telemetry.otlp: '127.0.0.1' is not the http or https address")]
    [InlineData("telemetry: { otlp: 'file:///tmp/x' }", "is not the http or https address")]
    [InlineData("telemetry: { otlp: 'http://a', protocol: json }", "telemetry.protocol: 'json' is not http or grpc")]
    [InlineData("monitoring: { log: { sample: 2 } }", "monitoring.log.sample: '2' is not a share from 0 to 1")]
    [InlineData("monitoring: { log: { backlogMegabytes: 0 } }", "monitoring.log.backlogMegabytes: '0' is not a whole number, 1 to 1048576")]
    [InlineData("telemetry: { otlp: 'http://a', sampling: 1.5 }", "telemetry.sampling: '1.5' is not a share from 0 to 1")]
    [InlineData("telemetry: { otlp: 'http://a', interval: 1 ms }", "telemetry.interval: '1 ms' is not a duration from 1 s to 1 d")]
    [InlineData("telemetry: { sampling: 0.5 }", "telemetry.sampling: nothing is sent without telemetry.otlp")]
    public void Wrong_telemetry_is_named_with_what_is_allowed(string yaml, string told)
    {
        var error = Assert.Throws<SlipwayException>(() => Read($"{yaml}\n"));

        Assert.Contains(told, Assert.Single(error.Details), StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_caller_may_cost_can_be_set()
    {
        var settings = Read("connections: { max: 7, head: 1 s, idle: 2 m, minBytesPerSecond: 10, grace: 3 s }\nserving: { maxStall: 4 s }\n");

        Assert.Equal(
            new ConnectionLimits { Max = 7, Head = TimeSpan.FromSeconds(1), Idle = TimeSpan.FromMinutes(2), MinBytesPerSecond = 10, Grace = TimeSpan.FromSeconds(3) }, settings.Connections);
        Assert.Equal(TimeSpan.FromSeconds(4), settings.MaxStall);
    }

    [Fact]
    public void A_bound_of_the_data_out_of_range_is_named_with_what_is_allowed()
    {
        var error = Assert.Throws<SlipwayException>(() => Read("datasets: { threads: 0, timeLimit: 2 d, memoryMegabytes: much }\n"));

        Assert.Equal(3, error.Details.Count);
        Assert.Contains(error.Details, detail => detail.Contains("datasets.threads: '0' is not a whole number, 1 to 256", StringComparison.Ordinal));
        Assert.Contains(error.Details, detail => detail.Contains("datasets.timeLimit: '2 d' is not a duration of at most 1 d", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("# nothing but a comment\n")]
    [InlineData("projects: {}\n")]
    public void A_file_that_says_nothing_leaves_the_defaults(string file) => Assert.Equal(5080, Read(file).Http.Port);

    [Fact]
    public void The_file_says_everything_that_can_be_set()
    {
        var settings = Read(
            """
            http: 127.0.0.1:1
            grpc: "[::1]:2"
            data: /var/lib/slipway
            hosts: [models.example, other.example]
            insecure: true
            projects: { roots: [/a, "/b, c"] }
            training: { commands: false }
            datasets: { memoryMegabytes: 64, diskMegabytes: 65, threads: 3, concurrentQueries: 4, timeLimit: 5 m, maxTableCells: 1000 }
            serving: { maxRequestBytes: 1024, compressFromBytes: 2 KiB, default: bikes }
            """);

        var datasets = new DatasetsOptions
        {
            MemoryMegabytes = 64,
            DiskMegabytes = 65,
            Threads = 3,
            ConcurrentQueries = 4,
            TimeLimit = TimeSpan.FromMinutes(5),
            MaxTableCells = 1000,
        };
        Assert.Equal(datasets, settings.Datasets);

        Assert.Equal(new IPEndPoint(IPAddress.Loopback, 1), settings.Http);
        Assert.Equal(new IPEndPoint(IPAddress.IPv6Loopback, 2), settings.Grpc);
        Assert.Equal("/var/lib/slipway", settings.Data);
        Assert.Equal(["models.example", "other.example"], settings.Hosts);
        Assert.True(settings.Insecure);
        Assert.Equal(["/a", "/b, c"], settings.ProjectRoots);
        Assert.False(settings.AllowCommands);
        Assert.Equal(1024, settings.MaxRequestBytes);
        Assert.Equal(2048, settings.CompressFromBytes);
        Assert.Equal("bikes", settings.DefaultDeployment);
    }

    [Theory]
    [InlineData("1048576", 1 << 20)]
    [InlineData("1 MiB", 1 << 20)]
    [InlineData("200MB", 200_000_000)]
    public void The_largest_body_is_a_flag_too_in_bytes_or_with_a_unit(string size, long expected) =>
        Assert.Equal(expected, Read("serving: { maxRequestBytes: 1024 }\n", flags: new() { ["max-body"] = size }).MaxRequestBytes);

    [Theory]
    [InlineData("1 kB")]
    [InlineData("3 GB")]
    [InlineData("much")]
    public void A_largest_body_out_of_range_is_named_as_its_flag(string size) => AssertMistakes(
        () => Read(flags: new() { ["max-body"] = size }), $"--max-body: '{size}' is not a whole number of bytes, 1024 to 2147483647, or a size with its unit such as 64 MiB");

    [Fact]
    public void So_does_the_environment_with_commas_for_lists_and_without_regard_to_case()
    {
        var settings = Read(environment: new()
        {
            ["SLIPWAY__HTTP"] = "127.0.0.1:1",
            ["SLIPWAY__GRPC"] = "127.0.0.1:2",
            ["SLIPWAY__DATA"] = "/data",
            ["SLIPWAY__HOSTS"] = "a.example, b.example,",
            ["slipway__insecure"] = "True",
            ["SLIPWAY__PROJECTS__ROOTS"] = "/a,/b",
            ["SLIPWAY__TRAINING__COMMANDS"] = "false",
            ["SLIPWAY__SERVING__MAXREQUESTBYTES"] = "2048",
            ["SLIPWAY__SERVING__DEFAULT"] = "bikes",
            ["SLIPWAY__MONITORING__LOG__SAMPLE"] = "0",
            ["SLIPWAY__MONITORING__LOG__REDACT"] = "customer_id, segment:region",
            ["SLIPWAY_SERVER"] = "of the client, not ours",
            ["PATH"] = "/bin",
        });

        Assert.Equal((1, 2, "/data"), (settings.Http.Port, settings.Grpc.Port, settings.Data));
        Assert.Equal(["a.example", "b.example"], settings.Hosts);
        Assert.True(settings.Insecure);
        Assert.Equal(["/a", "/b"], settings.ProjectRoots);
        Assert.False(settings.AllowCommands);
        Assert.Equal(2048, settings.MaxRequestBytes);
        Assert.Equal("bikes", settings.DefaultDeployment);
        Assert.Equal(0, settings.Monitoring.Log.Sample);
        Assert.Equal(["customer_id", "segment:region"], settings.Monitoring.Log.Redact);
    }

    [Fact]
    public void The_environment_wins_over_the_file_and_a_flag_over_both_each_key_for_itself()
    {
        var settings = Read(
            "http: 127.0.0.1:1\ngrpc: 127.0.0.1:11\ndata: file\nhosts: [file.example]\n",
            new() { ["SLIPWAY__HTTP"] = "127.0.0.1:2", ["SLIPWAY__DATA"] = "environment" },
            new() { ["http"] = "127.0.0.1:3", ["grpc"] = null });

        Assert.Equal((3, 11, "environment"), (settings.Http.Port, settings.Grpc.Port, settings.Data));
        Assert.Equal(["file.example"], settings.Hosts);
    }

    [Fact]
    public void A_wrong_value_that_a_later_source_overrides_does_no_harm()
    {
        Assert.Equal(3, Read("http: nowhere\n", flags: new() { ["http"] = "127.0.0.1:3" }).Http.Port);
    }

    [Fact]
    public void A_flag_can_also_take_back_what_the_environment_allows()
    {
        var environment = new Hashtable { ["SLIPWAY__INSECURE"] = "true", ["SLIPWAY__HTTP"] = "0.0.0.0:5080" };

        Assert.True(Read(environment: environment).Insecure);
        AssertMistakes(() => Read(environment: environment, flags: new() { ["insecure"] = "False" }), "other machines");
    }

    [Fact]
    public void All_mistakes_of_all_sources_are_reported_at_once_each_with_its_place()
    {
        AssertMistakes(
            () => Read(
                "http: nowhere\ncolour: blue\nprojects:\n  root: /a\n",
                new() { ["SLIPWAY__INSECURE"] = "perhaps", ["SLIPWAY__TYPO"] = "1", ["SLIPWAY__SERVING__MAXREQUESTBYTES"] = "12" },
                new() { ["grpc"] = "0.0.0.0:5081", ["data"] = "" }),
            "slipway-server.yaml(1,7): http: 'nowhere' is not ADDRESS:PORT",
            "slipway-server.yaml(2,9): colour: there is no such setting",
            "slipway-server.yaml(4,9): projects.root: there is no such setting",
            "SLIPWAY__INSECURE: 'perhaps' is not true or false",
            "SLIPWAY__TYPO: there is no such setting",
            "SLIPWAY__SERVING__MAXREQUESTBYTES: '12' is not a whole number of bytes",
            "--data: '' is not a folder",
            "0.0.0.0:5081 can be reached from other machines");
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("5080")]
    [InlineData(":5080")]
    [InlineData("localhost:5080")]
    [InlineData("127.0.0.1:70000")]
    [InlineData("::1")]
    [InlineData("fe80::0")]
    [InlineData("http://127.0.0.1:5080")]
    [InlineData("")]
    public void An_address_needs_an_address_and_a_port(string address) =>
        AssertMistakes(() => Read(flags: new() { ["http"] = address }), $"--http: '{address}' is not ADDRESS:PORT");

    [Theory]
    [InlineData("0.0.0.0:5080")]
    [InlineData("[::]:5080")]
    [InlineData("192.168.1.5:5080")]
    public void An_address_that_others_can_reach_needs_insecure_and_then_allows_less(string address)
    {
        AssertMistakes(() => Read(flags: new() { ["http"] = address }), "--insecure");

        var open = Read(flags: new() { ["http"] = address, ["insecure"] = "True" });

        Assert.False(open.IsLoopback);
        Assert.False(open.AllowCommands);
        Assert.Equal([], open.ProjectRoots);
    }

    [Theory]
    [InlineData("127.0.0.1:0")]
    [InlineData("127.0.0.2:5080")]
    [InlineData("[::1]:5080")]
    public void An_address_of_this_machine_alone_is_taken(string address) => Assert.True(Read(flags: new() { ["http"] = address }).IsLoopback);

    [Fact]
    public void One_port_for_both_is_refused_and_two_free_ones_are_not()
    {
        AssertMistakes(() => Read(flags: new() { ["http"] = "127.0.0.1:5081" }), "grpc: port 5081 is http's");
        Assert.Equal(0, Read(flags: new() { ["http"] = "127.0.0.1:0", ["grpc"] = "127.0.0.1:0" }).Grpc.Port);
    }

    [Theory]
    [InlineData("http: [", "slipway-server.yaml(")]
    [InlineData("http: 127.0.0.1:1\nhttp: 127.0.0.1:2\n", "slipway-server.yaml(")]
    [InlineData("just words\n", "there is no such setting")]
    [InlineData("data: [a, b]\n", "'a, b' is not a folder")]
    [InlineData("http: { port: 5080 }\n", "http.port: there is no such setting")]
    public void A_file_that_is_not_settings_says_where(string file, string names) => AssertMistakes(() => Read(file), names);

    private static void AssertMistakes(Func<ServerSettings> read, params string[] mistakes)
    {
        var refused = Assert.Throws<SlipwayException>(read);

        Assert.Equal(ErrorKind.InvalidInput, refused.Kind);
        Assert.Equal(mistakes.Length, refused.Details.Count);
        Assert.All(mistakes, mistake => Assert.Contains(refused.Details, detail => detail.Contains(mistake, StringComparison.Ordinal)));
    }

    private ServerSettings Read(string? file = null, Hashtable? environment = null, Dictionary<string, string?>? flags = null)
    {
        if (file is not null)
        {
            File.WriteAllText(Path.Combine(_folder, SettingsReader.FileName), file);
        }

        return SettingsReader.Read(_folder, environment ?? [], flags ?? []);
    }
}
