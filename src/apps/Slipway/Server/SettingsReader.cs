using System.Collections;
using System.Globalization;
using System.Net;
using Slipway.Access;
using Slipway.Access.Authentication;
using Slipway.Core.Errors;
using Slipway.Core.Names;
using Slipway.Core.Units;
using Slipway.Datasets;
using Slipway.Registry;
using Slipway.Monitoring;
using Slipway.PostgreSql;
using Slipway.Serving;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Slipway.Server;

/// <summary>Reads settings from <c>slipway-server.yaml</c>, then <c>SLIPWAY__…</c> environment variables, then flags; a later one wins. All mistakes are reported at once.</summary>
internal sealed class SettingsReader
{
    /// <summary>The file's usual name, in the current folder.</summary>
    public const string FileName = "slipway-server.yaml";

    private const string EnvironmentPrefix = "SLIPWAY__";

    // Beside SLIPWAY__DATABASE, as SLIPWAY_SERVER is named: an address with a password is seldom written anywhere else.
    private const string DatabaseVariable = "SLIPWAY_DATABASE";

    // What may be set, and how each is written.
    private static readonly Dictionary<string, string> Keys = new(StringComparer.OrdinalIgnoreCase)
    {
        ["http"] = "ADDRESS:PORT, for example 127.0.0.1:5080; port 0 takes a free one",
        ["grpc"] = "ADDRESS:PORT, for example 127.0.0.1:5081; port 0 takes a free one",
        ["data"] = "a folder",
        ["database"] = PostgreSqlAddress.Form,
        ["hosts"] = "a list of host names",
        ["insecure"] = "true or false",
        ["auth"] = "true or false",
        ["auth.enabled"] = "true or false",
        ["auth.oidc.issuer"] = "the https address of an OpenID Connect issuer, as it stands in its tokens",
        ["auth.oidc.audience"] = "whom tokens must be for",
        ["auth.oidc.nameClaim"] = "the name of a claim",
        ["auth.oidc.rolesClaim"] = "the name of a claim, such as roles or realm_access.roles",
        ["auth.oidc.roles"] = $"a list of VALUE=ROLE, such as ml-admins=admin; the roles are {Roles.All}",
        ["outbound.allow"] = "a list of networks such as 10.1.0.0/16",
        ["projects.roots"] = "a list of folders",
        ["training.commands"] = "true or false",
        ["datasets.memoryMegabytes"] = "a whole number, 64 to 1048576",
        ["datasets.diskMegabytes"] = "a whole number, 64 to 1048576",
        ["datasets.threads"] = "a whole number, 1 to 256",
        ["datasets.concurrentQueries"] = "a whole number, 1 to 64",
        ["datasets.timeLimit"] = "a duration of at most 1 d, such as 10 m",
        ["datasets.maxTableCells"] = "a whole number, 1000 to 10000000000",
        ["registry.keepLive"] = "a duration from 0 s to 3650 d",
        ["monitoring.log.capacityRows"] = "a whole number, 1 to 10000000",
        ["monitoring.log.capacityMegabytes"] = "a whole number, 1 to 65536",
        ["monitoring.log.tick"] = "a duration from 10 ms to 250 ms",
        ["monitoring.log.chunkRows"] = "a whole number, 1 to 10000000",
        ["monitoring.log.chunkMegabytes"] = "a whole number, 1 to 1024",
        ["monitoring.log.chunkAge"] = "a duration from 1 s to 1 d",
        ["monitoring.log.backlogMegabytes"] = "a whole number, 1 to 1048576",
        ["monitoring.log.sample"] = "a share from 0 to 1",
        ["monitoring.log.redact"] = "a list of inputs, outputs, segment:NAME and sticky_key",
        ["monitoring.outcomes.wait"] = "a duration from 1 s to 3650 d",
        ["connections.max"] = "a whole number, 1 to 1000000",
        ["connections.head"] = "a duration from 100 ms to 1 h",
        ["connections.idle"] = "a duration from 1 s to 1 d",
        ["connections.minBytesPerSecond"] = "a whole number, 1 to 1000000000",
        ["connections.grace"] = "a duration from 2 s to 1 h",
        ["serving.maxStall"] = "a duration from 100 ms to 1 h",
        ["serving.default"] = "a deployment's name",
        ["serving.maxRequestBytes"] = "a whole number of bytes, 1024 to 2147483647, or a size with its unit such as 64 MiB",
        ["serving.compressFromBytes"] = "a whole number of bytes, 0 to 2147483647, or a size with its unit such as 64 KiB",
        ["serving.models"] = "a folder that is there",
        ["serving.models.path"] = "a folder that is there",
        ["serving.models.poll"] = "a duration from 1 s to 1 d (a plain number is seconds); 0 never looks",
        ["serving.models.maxLoaded"] = "a whole number, 0 to 1000000; 0 is no limit",
        ["serving.models.maxMegabytes"] = "a whole number, 0 to 16777216; 0 is no limit",
        ["serving.models.maxWaiting"] = "a whole number, 1 to 1000000",
        ["serving.models.maxWait"] = "a duration from 100 ms to 1 h",
        ["telemetry.otlp"] = "the http or https address of an OpenTelemetry collector, for example http://127.0.0.1:4318",
        ["telemetry.protocol"] = "http or grpc",
        ["telemetry.sampling"] = "a share from 0 to 1",
        ["telemetry.interval"] = "a duration from 1 s to 1 d",
    };

    // Only these are cut at commas in the environment: a folder's name may have one.
    private static readonly HashSet<string> ListKeys = new(StringComparer.OrdinalIgnoreCase) { "hosts", "projects.roots", "outbound.allow", "auth.oidc.roles", "monitoring.log.redact" };

    // Flags that are shorter than their key.
    private static readonly Dictionary<string, string> FlagKeys = new(StringComparer.Ordinal) { ["max-body"] = "serving.maxRequestBytes", ["models"] = "serving.models" };

    private readonly Dictionary<string, (string Source, IReadOnlyList<string> Values)> _values = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<string> _mistakes = [];

    /// <summary>Reads all sources. <paramref name="flags"/> are by name; null values were not given.</summary>
    public static ServerSettings Read(string folder, IDictionary environment, IReadOnlyDictionary<string, string?> flags)
    {
        var reader = new SettingsReader();
        reader.AddFile(Path.Combine(folder, FileName));
        reader.AddEnvironment(environment);
        foreach (var (key, value) in flags)
        {
            if (value is not null)
            {
                reader.Add(FlagKeys.GetValueOrDefault(key, key), $"--{key}", [value]);
            }
        }

        return reader.Build();
    }

    private void AddFile(string file)
    {
        if (!File.Exists(file))
        {
            return;
        }

        var yaml = new YamlStream();
        try
        {
            using var text = File.OpenText(file);
            yaml.Load(text);
        }
        catch (YamlException exception)
        {
            _mistakes.Add($"{FileName}({exception.Start.Line},{exception.Start.Column}): this is not YAML: {exception.Message}");
            return;
        }

        if (yaml.Documents.Count > 0)
        {
            AddNode(yaml.Documents[0].RootNode, "");
        }
    }

    private void AddNode(YamlNode node, string key)
    {
        var source = $"{FileName}({node.Start.Line},{node.Start.Column}): {key}";
        switch (node)
        {
            case YamlMappingNode mapping:
                foreach (var (name, child) in mapping.Children)
                {
                    AddNode(child, key.Length == 0 ? $"{name}" : $"{key}.{name}");
                }

                break;
            case YamlSequenceNode sequence:
                Add(key, source, [.. sequence.Children.Select(child => child.ToString())]);
                break;
            default:
                Add(key, source, [node.ToString()]);
                break;
        }
    }

    private void AddEnvironment(IDictionary environment)
    {
        foreach (DictionaryEntry entry in environment)
        {
            if (entry is { Key: string name, Value: string value } && name.StartsWith(EnvironmentPrefix, StringComparison.OrdinalIgnoreCase))
            {
                var key = name[EnvironmentPrefix.Length..].Replace("__", ".", StringComparison.Ordinal);
                Add(key, name, ListKeys.Contains(key) ? value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) : [value]);
            }
        }

        if (environment[DatabaseVariable] is string { Length: > 0 } database)
        {
            Add("database", DatabaseVariable, [database]);
        }
    }

    private void Add(string key, string source, IReadOnlyList<string> values)
    {
        if (Keys.ContainsKey(key))
        {
            _values[key] = (source, values);
        }
        else
        {
            _mistakes.Add($"{source}: there is no such setting. Allowed are {string.Join(", ", Keys.Keys)}.");
        }
    }

    private ServerSettings Build()
    {
        var defaults = new ServerSettings();
        var settings = defaults with
        {
            Http = One("http", TryAddress, defaults.Http),
            Grpc = One("grpc", TryAddress, defaults.Grpc),
            Data = One("data", TryText, defaults.Data),
            Database = ReadDatabase(),
            Hosts = _values.TryGetValue("hosts", out var hosts) ? hosts.Values : [],
            OutboundAllow = _values.TryGetValue("outbound.allow", out var networks) ? networks.Values : [],
            Insecure = One("insecure", bool.TryParse, false),
            Auth = One("auth", bool.TryParse, One("auth.enabled", bool.TryParse, defaults.Auth)),
            Oidc = ReadOidc(),
            ProjectRoots = _values.TryGetValue("projects.roots", out var roots) ? roots.Values : null,
            Registry = new RegistryOptions { KeepLive = Time("registry.keepLive", TimeSpan.Zero, TimeSpan.FromDays(3650), defaults.Registry.KeepLive) },
            Datasets = new DatasetsOptions
            {
                MemoryMegabytes = (int)Whole("datasets.memoryMegabytes", 64, 1_048_576, defaults.Datasets.MemoryMegabytes),
                DiskMegabytes = (int)Whole("datasets.diskMegabytes", 64, 1_048_576, defaults.Datasets.DiskMegabytes),
                Threads = (int)Whole("datasets.threads", 1, 256, defaults.Datasets.Threads),
                ConcurrentQueries = (int)Whole("datasets.concurrentQueries", 1, 64, defaults.Datasets.ConcurrentQueries),
                TimeLimit = Time("datasets.timeLimit", TimeSpan.FromTicks(1), TimeSpan.FromDays(1), defaults.Datasets.TimeLimit),
                MaxTableCells = Whole("datasets.maxTableCells", 1_000, 10_000_000_000, defaults.Datasets.MaxTableCells),
            },
            Monitoring = new MonitoringOptions
            {
                Log = new PredictionLogOptions
                {
                    CapacityRows = (int)Whole("monitoring.log.capacityRows", 1, 10_000_000, defaults.Monitoring.Log.CapacityRows),
                    CapacityMegabytes = (int)Whole("monitoring.log.capacityMegabytes", 1, 65_536, defaults.Monitoring.Log.CapacityMegabytes),
                    Tick = Time("monitoring.log.tick", TimeSpan.FromMilliseconds(10), TimeSpan.FromMilliseconds(250), defaults.Monitoring.Log.Tick),
                    ChunkRows = (int)Whole("monitoring.log.chunkRows", 1, 10_000_000, defaults.Monitoring.Log.ChunkRows),
                    ChunkMegabytes = (int)Whole("monitoring.log.chunkMegabytes", 1, 1024, defaults.Monitoring.Log.ChunkMegabytes),
                    ChunkAge = Time("monitoring.log.chunkAge", TimeSpan.FromSeconds(1), TimeSpan.FromDays(1), defaults.Monitoring.Log.ChunkAge),
                    BacklogMegabytes = (int)Whole("monitoring.log.backlogMegabytes", 1, 1_048_576, defaults.Monitoring.Log.BacklogMegabytes),
                    Sample = One("monitoring.log.sample", TryShare, defaults.Monitoring.Log.Sample),
                    Redact = _values.TryGetValue("monitoring.log.redact", out var redact) ? redact.Values : [],
                },
                Outcomes = defaults.Monitoring.Outcomes with { Wait = Time("monitoring.outcomes.wait", TimeSpan.FromSeconds(1), TimeSpan.FromDays(3650), defaults.Monitoring.Outcomes.Wait) },
            },
            DefaultDeployment = _values.ContainsKey("serving.default") ? One("serving.default", TryName, "") : null,
            MaxRequestBytes = Size("serving.maxRequestBytes", 1024, int.MaxValue, defaults.MaxRequestBytes),
            CompressFromBytes = (int)Size("serving.compressFromBytes", 0, int.MaxValue, defaults.CompressFromBytes),
            Connections = new ConnectionLimits
            {
                Max = Whole("connections.max", 1, 1_000_000, defaults.Connections.Max),
                Head = Time("connections.head", TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1), defaults.Connections.Head),
                Idle = Time("connections.idle", TimeSpan.FromSeconds(1), TimeSpan.FromDays(1), defaults.Connections.Idle),
                MinBytesPerSecond = (int)Whole("connections.minBytesPerSecond", 1, 1_000_000_000, defaults.Connections.MinBytesPerSecond),
                Grace = Time("connections.grace", TimeSpan.FromSeconds(2), TimeSpan.FromHours(1), defaults.Connections.Grace),
            },
            MaxStall = Time("serving.maxStall", TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1), defaults.MaxStall),
            Models = new ModelFolderOptions
            {
                Path = One("serving.models", TryFolder, One("serving.models.path", TryFolder, defaults.Models.Path)),
                Poll = One("serving.models.poll", TryPoll, defaults.Models.Poll ?? TimeSpan.Zero) is var poll && poll > TimeSpan.Zero ? poll : null,
                MaxLoaded = (int)Whole("serving.models.maxLoaded", 0, 1_000_000, defaults.Models.MaxLoaded),
                MaxBytes = Whole("serving.models.maxMegabytes", 0, 16_777_216, 0) << 20,
                MaxWaiting = (int)Whole("serving.models.maxWaiting", 1, 1_000_000, defaults.Models.MaxWaiting),
                MaxWait = Time("serving.models.maxWait", TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1), defaults.Models.MaxWait),
            },
            Telemetry = ReadTelemetry(),
        };
        settings = settings with
        {
            AllowCommands = One("training.commands", bool.TryParse, settings.IsLoopback),
            ProjectRoots = settings.ProjectRoots ?? (settings.IsLoopback ? null : []),
        };
        Check(settings);
        return _mistakes.Count == 0
            ? settings
            : throw new SlipwayException(ErrorKind.InvalidInput, _mistakes.Count == 1 ? "A setting is wrong:" : $"{_mistakes.Count} settings are wrong:") { Details = [.. _mistakes] };
    }

    // Not with One: its message shows the value, and this one has a password.
    private PostgreSqlAddress? ReadDatabase()
    {
        if (!_values.TryGetValue("database", out var given))
        {
            return null;
        }

        try
        {
            return PostgreSqlAddress.Parse(given.Values is [var text] ? text : "");
        }
        catch (SlipwayException mistake)
        {
            _mistakes.Add($"{given.Source}: {mistake.Message}");
            return null;
        }
    }

    private OidcOptions? ReadOidc()
    {
        if (_values.FirstOrDefault(v => v.Key.StartsWith("auth.oidc.", StringComparison.OrdinalIgnoreCase)) is not { Key: not null } given)
        {
            return null;
        }

        List<RoleOfClaim> roles = [];
        var (source, texts) = _values.GetValueOrDefault("auth.oidc.roles", ("", []));
        foreach (var text in texts)
        {
            var equals = text.LastIndexOf('=');
            if (equals > 0 && Roles.TryParse(text[(equals + 1)..].Trim(), out var role))
            {
                roles.Add(new RoleOfClaim(text[..equals].Trim(), role));
            }
            else
            {
                _mistakes.Add($"{source}: '{text}' is not VALUE=ROLE, such as ml-admins=admin. The roles are {Roles.All}.");
            }
        }

        if (!_values.ContainsKey("auth.oidc.issuer") || !_values.ContainsKey("auth.oidc.audience") || texts.Count == 0)
        {
            _mistakes.Add($"{given.Value.Source}: tokens need auth.oidc.issuer, auth.oidc.audience and auth.oidc.roles: who made them, whom they are for, and which role they give.");
            return null;
        }

        var oidc = new OidcOptions { Issuer = One("auth.oidc.issuer", TryText, "")!, Audience = One("auth.oidc.audience", TryText, "")!, Roles = roles };
        return oidc with { NameClaim = One("auth.oidc.nameClaim", TryText, oidc.NameClaim)!, RolesClaim = One("auth.oidc.rolesClaim", TryText, oidc.RolesClaim)! };
    }

    private TelemetrySettings? ReadTelemetry()
    {
        var otlp = One<Uri?>("telemetry.otlp", TryCollector, null);
        var telemetry = new TelemetrySettings(otlp ?? new Uri("http://localhost"));
        telemetry = telemetry with
        {
            Protocol = One("telemetry.protocol", TryProtocol, telemetry.Protocol),
            Sampling = One("telemetry.sampling", TryShare, telemetry.Sampling),
            Interval = Time("telemetry.interval", TimeSpan.FromSeconds(1), TimeSpan.FromDays(1), telemetry.Interval),
        };
        if (!_values.ContainsKey("telemetry.otlp") && _values.FirstOrDefault(v => v.Key.StartsWith("telemetry.", StringComparison.OrdinalIgnoreCase)) is { Key: not null } lost)
        {
            _mistakes.Add($"{lost.Value.Source}: nothing is sent without telemetry.otlp, {Keys["telemetry.otlp"]}.");
        }

        return otlp is null ? null : telemetry;
    }

    private void Check(ServerSettings settings)
    {
        if (!settings.IsLoopback && !settings.Insecure && !settings.Auth)
        {
            _mistakes.Add(
                $"http, grpc: {settings.Http} and {settings.Grpc} can be reached from other machines, and nobody has to sign in. Add --auth, listen on 127.0.0.1, or add --insecure when the network itself keeps strangers out.");
        }

        if (settings.Http.Port != 0 && settings.Http.Port == settings.Grpc.Port)
        {
            _mistakes.Add($"grpc: port {settings.Grpc.Port} is http's. Give gRPC a port of its own.");
        }
    }

    private delegate bool TryParse<T>(string text, out T? value);

    private T One<T>(string key, TryParse<T> parse, T otherwise)
    {
        if (!_values.TryGetValue(key, out var given))
        {
            return otherwise;
        }

        if (given.Values is [var text] && parse(text, out var value))
        {
            return value!;
        }

        _mistakes.Add($"{given.Source}: '{string.Join(", ", given.Values)}' is not {Keys[key]}.");
        return otherwise;
    }

    // IPEndPoint takes an address without a port for port 0, and a number for an address: 5080 for 0.0.19.216.
    private static bool TryAddress(string text, out IPEndPoint? value) =>
        IPEndPoint.TryParse(text, out value) && text.EndsWith($":{value.Port}", StringComparison.Ordinal) && (text[0] == '[' || text.Count(c => c == '.') == 3);

    private static bool TryPoll(string text, out TimeSpan value) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? (value = TimeSpan.FromSeconds(seconds)) <= TimeSpan.FromDays(1)
            : Duration.TryParse(text, out value) && value >= TimeSpan.FromSeconds(1) && value <= TimeSpan.FromDays(1);

    private static bool TryFolder(string text, out string? value)
    {
        value = text.Length > 0 ? Path.GetFullPath(text) : null;
        return Directory.Exists(value);
    }

    private static bool TryName(string text, out string? value)
    {
        value = text;
        return ResourceName.IsValid(text);
    }

    private static bool TryText(string text, out string? value)
    {
        value = text;
        return text.Length > 0;
    }

    private static bool TryCollector(string text, out Uri? value) =>
        Uri.TryCreate(text, UriKind.Absolute, out value) && (value.Scheme == Uri.UriSchemeHttp || value.Scheme == Uri.UriSchemeHttps) && value.Query.Length == 0 && value.Fragment.Length == 0;

    private static bool TryProtocol(string text, out TelemetryProtocol value)
    {
        value = text.Equals("grpc", StringComparison.OrdinalIgnoreCase) ? TelemetryProtocol.Grpc : TelemetryProtocol.Http;
        return value == TelemetryProtocol.Grpc || text.Equals("http", StringComparison.OrdinalIgnoreCase);
    }

    private static bool TryShare(string text, out double value) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out value) && value is >= 0 and <= 1;

    private TimeSpan Time(string key, TimeSpan least, TimeSpan most, TimeSpan otherwise) => One(
        key, (string text, out TimeSpan value) => Duration.TryParse(text, out value) && value >= least && value <= most, otherwise);

    private long Whole(string key, long least, long most, long otherwise) => One(
        key, (string text, out long value) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value >= least && value <= most, otherwise);

    private long Size(string key, long least, long most, long otherwise) => One(
        key,
        (string text, out long value) => (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) || ByteSize.TryParse(text, out value)) && value >= least && value <= most,
        otherwise);
}
