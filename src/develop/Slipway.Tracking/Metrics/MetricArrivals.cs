using Slipway.Storage;

namespace Slipway.Tracking.Metrics;

/// <summary>
/// Where points of metrics are until they are sorted in. A history is kept in the order of its key, so that it is read in one go; written so at once, a batch of 100 metrics would
/// change 100 pages of the database, and writing those is what a commit costs. So a request's points are one row here, and every few requests of a run are sorted in together.
/// </summary>
internal static class MetricArrivals
{
    /// <summary>How many requests of a run are sorted in together.</summary>
    public const int Together = 32;

    private static readonly Statement Insert = new("""
        insert into metric_arrivals (run, number, points)
        values (@run, (select coalesce(max(number), 0) + 1 from metric_arrivals where run = @run), @points)
        returning number
        """);

    private static readonly Statement Select = new("select points from metric_arrivals where run = @run order by number");

    private static readonly Statement Delete = new("delete from metric_arrivals where run = @run");

    // The same point again is a client's repetition of a request whose answer it did not get.
    private static readonly Statement SortIn = new("""
        insert into metric_points (run, key, step, timestamp, value, is_nan, model_id, dataset_name, dataset_digest)
        values (@run, @key, @step, @timestamp, @value, @is_nan, @model_id, @dataset_name, @dataset_digest)
        on conflict do nothing
        """);

    /// <summary>Adds the points of one request.</summary>
    public static async Task AddAsync(WriteTransaction transaction, long run, IReadOnlyList<MetricPoint> points)
    {
        var number = await transaction.QueryAsync(Insert, reader => reader.GetInt64(0), run, Encode(points));
        if (number[0] >= Together)
        {
            await SortInAsync(transaction, run);
        }
    }

    /// <summary>The points in one row.</summary>
    public static void Decode(byte[] row, List<MetricPoint> points)
    {
        using var reader = new BinaryReader(new MemoryStream(row));
        for (var count = reader.Read7BitEncodedInt(); count > 0; count--)
        {
            points.Add(new MetricPoint(
                reader.ReadString(),
                reader.ReadDouble(),
                reader.ReadInt64(),
                reader.ReadInt64(),
                reader.ReadBoolean() ? new MetricLink(Text(), Text(), Text()) : null));
        }

        string? Text() => reader.ReadBoolean() ? reader.ReadString() : null;
    }

    private static byte[] Encode(IReadOnlyList<MetricPoint> points)
    {
        using var row = new MemoryStream(points.Count * 48);
        using var writer = new BinaryWriter(row);
        writer.Write7BitEncodedInt(points.Count);
        foreach (var point in points)
        {
            writer.Write(point.Key);
            writer.Write(point.Value);
            writer.Write(point.Timestamp);
            writer.Write(point.Step);
            writer.Write(point.Link is not null);
            if (point.Link is { } link)
            {
                Text(link.ModelId);
                Text(link.DatasetName);
                Text(link.DatasetDigest);
            }
        }

        return row.ToArray();

        void Text(string? text)
        {
            writer.Write(text is not null);
            if (text is not null)
            {
                writer.Write(text);
            }
        }
    }

    private static async Task SortInAsync(WriteTransaction transaction, long run)
    {
        var points = new List<MetricPoint>();
        foreach (var row in await transaction.QueryAsync(Select, reader => (byte[])reader.GetValue(0), run))
        {
            Decode(row, points);
        }

        var added = new List<BlockPoint>();
        foreach (var metric in points.OrderBy(p => p.Key, StringComparer.Ordinal).ThenBy(p => p).GroupBy(p => p.Key))
        {
            added.Clear();
            foreach (var point in metric)
            {
                if (await transaction.ExecuteAsync(
                    SortIn, run, point.Key, point.Step, point.Timestamp, point.Stored, point.IsNaN ? 1L : 0L, point.Link?.ModelId, point.Link?.DatasetName, point.Link?.DatasetDigest) > 0)
                {
                    added.Add(BlockPoint.Of(point));
                }
            }

            if (added.Count > 0)
            {
                await MetricBlocks.AddAsync(transaction, run, metric.Key, added);
            }
        }

        await transaction.ExecuteAsync(Delete, run);
    }
}
