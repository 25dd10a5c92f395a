using Slipway.Core.Projects.Shapes;

namespace Slipway.Core.Projects.Sections;

/// <summary>The section <c>serve</c>.</summary>
internal static class ServeKeys
{
    public static readonly Key<int> MaxSize = new("maxSize", "Rows of a batch.", Values.Whole(1, 65_536));

    public static readonly Key<TimeSpan> MaxDelay = new("maxDelay", "How long to wait for more.", Values.Time(TimeSpan.Zero, TimeSpan.FromSeconds(1)));

    public static readonly Key<ReadMap> Batching = new(
        "batching", "How requests that arrive together are run together.", new MapShape([MaxSize, MaxDelay], atLeast: 1), available: false);

    public static readonly Key<TimeSpan> TimeToLive = new(
        "ttl", "How long an answer is kept.", Values.Time(TimeSpan.FromMilliseconds(1), TimeSpan.FromDays(365)), required: true);

    public static readonly Key<ReadMap> Cache = new("cache", "Answers that are kept for equal inputs.", new MapShape([TimeToLive]), available: false);

    public static readonly Key<TimeSpan> Timeout = new(
        "timeout", "The longest a request may take.", Values.Time(TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(10)));

    public static readonly MapShape Shape = new([Batching, Cache, Timeout]);

    public static ServeSection Build(ReadMap map) => new(map.TryGet(Timeout, out var timeout) ? timeout : null);
}
