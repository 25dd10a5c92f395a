using System.Text.RegularExpressions;
using Slipway.Core.Projects.Shapes;

namespace Slipway.Core.Projects.Sections;

/// <summary>The section <c>serve</c>.</summary>
internal static class ServeKeys
{
    private const string DevicePattern = "^(cpu|openvino|coreml|(cuda|tensorrt|rocm|migraphx|dml):[0-9]{1,2})$";

    private static readonly ServeSection Usual = new();

    public static readonly Key<int> MaxSize = new("maxSize", "The most rows that are run together; 64 unless given, and 1 runs each request by itself.", Values.Whole(1, 65_536));

    public static readonly Key<TimeSpan> MaxDelay = new(
        "maxDelay",
        "How long requests wait for more to be run with; unless given they do not wait, and only what waits for the model anyway is run together.",
        Values.Time(TimeSpan.Zero, TimeSpan.FromSeconds(1)));

    public static readonly Key<IReadOnlyList<int>> PreferredSizes = new(
        "preferredSizes",
        "Numbers of rows, ascending, at which a batch is sent without waiting for more.",
        new ListShape<int>("sizes", Values.Whole(1, 65_536), atMost: 16, distinct: true) { Example = "[8, 16]" });

    public static readonly Key<int> Queue = new("queue", "The most requests that wait; more are refused at once. 1024 unless given.", Values.Whole(1, 1_000_000));

    public static readonly Key<ReadMap> Batching = new(
        "batching", "How requests that arrive together are run together.", new MapShape([MaxSize, MaxDelay, PreferredSizes, Queue], atLeast: 1, check: CheckBatching));

    public static readonly Key<TimeSpan> TimeToLive = new(
        "ttl", "How long an answer is kept.", Values.Time(TimeSpan.FromMilliseconds(1), TimeSpan.FromDays(365)), required: true);

    public static readonly Key<long> Size = new("size", "The most memory for answers that are kept; 64 MiB unless given.", Values.Size(1_000, 1_000_000_000_000));

    public static readonly Key<ReadMap> Cache = new("cache", "Answers that are kept for equal inputs.", new MapShape([TimeToLive, Size]));

    public static readonly Key<TimeSpan> Timeout = new(
        "timeout",
        "The longest a request waits for its turn. Unless given it is asked to come again after 2 s, or eight runs of the model where that is longer.",
        Values.Time(TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(10)));

    public static readonly Key<int> Instances = new("instances", "Runs of the model at the same time; as many as there are processors unless given.", Values.Whole(1, 256));

    public static readonly Key<int> Threads = new("threads", "Threads of one run of an ONNX model; 1 unless given.", Values.Whole(1, 256));

    public static readonly Key<string> Device = new(
        "device",
        "Where the model runs, by ONNX Runtime's names; cpu unless given.",
        Values.Matching("cpu, openvino, coreml, or cuda, tensorrt, rocm, migraphx or dml with its number, such as cuda:0", DevicePattern, text => Regex.IsMatch(text, DevicePattern, RegexOptions.CultureInvariant)));

    public static readonly MapShape Shape = new([Batching, Cache, Timeout, Instances, Threads, Device]);

    public static ServeSection Build(ReadMap map)
    {
        var (batching, cache) = (map.Find(Batching), map.Find(Cache));
        return new ServeSection
        {
            MaxSize = batching?.Get(MaxSize, Usual.MaxSize) ?? Usual.MaxSize,
            MaxDelay = batching?.Get(MaxDelay, Usual.MaxDelay) ?? Usual.MaxDelay,
            PreferredSizes = batching?.Find(PreferredSizes) ?? Usual.PreferredSizes,
            Queue = batching?.Get(Queue, Usual.Queue) ?? Usual.Queue,
            Timeout = map.TryGet(Timeout, out var timeout) ? timeout : null,
            Instances = map.TryGet(Instances, out var instances) ? instances : null,
            Threads = map.TryGet(Threads, out var threads) ? threads : null,
            CacheFor = cache is not null && cache.TryGet(TimeToLive, out var ttl) ? ttl : null,
            CacheBytes = cache?.Get(Size, Usual.CacheBytes) ?? Usual.CacheBytes,
            Device = map.Find(Device) ?? Usual.Device,
        };
    }

    private static void CheckBatching(Reading reading, ReadMap map)
    {
        if (map.Find(PreferredSizes) is not { } sizes)
        {
            return;
        }

        if (!sizes.Zip(sizes.Skip(1)).All(pair => pair.First < pair.Second))
        {
            reading.Refuse(map.ValueOf(PreferredSizes), map.PathOf(PreferredSizes), "The sizes must ascend, such as [8, 16].");
        }

        var most = map.Get(MaxSize, Usual.MaxSize);
        if (sizes.Max() > most)
        {
            reading.Refuse(map.ValueOf(PreferredSizes), map.PathOf(PreferredSizes), $"{sizes.Max()} is more than the {most} rows that a batch may have (maxSize).");
        }
    }
}
