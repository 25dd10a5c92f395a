using System.Data.Common;
using Dapper;

namespace Slipway.Tracking.Metrics;

/// <summary>Reads the history of one metric of one run: what was sorted in, and what has only arrived.</summary>
internal sealed class MetricHistory
{
    private readonly DbConnection _connection;
    private readonly long _run;
    private readonly string _key;
    private readonly MetricPoint[] _arrived;

    private MetricHistory(DbConnection connection, long run, string key, MetricPoint[] arrived)
    {
        _connection = connection;
        _run = run;
        _key = key;
        _arrived = arrived;
    }

    /// <summary>What has arrived is read first: a point that is sorted in meanwhile is then seen twice, and not never.</summary>
    public static async Task<MetricHistory> OpenAsync(DbConnection connection, long run, string key)
    {
        var arrived = new List<MetricPoint>();
        foreach (var row in await connection.QueryAsync<byte[]>("select points from metric_arrivals where run = @run", new { run }))
        {
            MetricArrivals.Decode(row, arrived);
        }

        return new MetricHistory(connection, run, key, [.. arrived.Where(point => point.Key == key).Order()]);
    }

    /// <summary>At most <paramref name="limit"/> points after <paramref name="after"/> in the order of <see cref="MetricPoint.CompareTo"/>, with steps up to <paramref name="lastStep"/>.</summary>
    public async Task<IReadOnlyList<MetricPoint>> ReadAsync(MetricPoint after, long lastStep, int limit)
    {
        const string Sql = """
            select step, timestamp, value, is_nan, model_id, dataset_name, dataset_digest from metric_points
            where run = @run and key = @key and step <= @last and (step, timestamp, value, is_nan) > (@step, @time, @value, @nan)
            order by step, timestamp, value, is_nan
            limit @limit
            """;

        var points = new List<MetricPoint>();
        var parameters = new { run = _run, key = _key, last = lastStep, step = after.Step, time = after.Timestamp, value = after.Stored, nan = after.IsNaN ? 1L : 0L, limit };
        await using (var reader = await _connection.ExecuteReaderAsync(Sql, parameters))
        {
            while (await reader.ReadAsync())
            {
                points.Add(Read(reader));
            }
        }

        var arrived = _arrived.Skip(IndexAfter(after)).TakeWhile(point => point.Step <= lastStep).ToList();
        return arrived.Count == 0 ? points : [.. new SortedSet<MetricPoint>(points.Concat(arrived)).Take(limit)];
    }

    /// <summary>The first step from <paramref name="from"/> on; null when there is none.</summary>
    public async Task<long?> FirstStepAsync(long from)
    {
        const string Sql = "select min(step) from metric_points where run = @run and key = @key and step >= @from";

        var sorted = await _connection.ExecuteScalarAsync<long?>(Sql, new { run = _run, key = _key, from });
        long? arrived = IndexAfter(Before(from)) is var i && i < _arrived.Length ? _arrived[i].Step : null;
        return sorted is null || arrived < sorted ? arrived : sorted;
    }

    /// <summary>The last step up to <paramref name="to"/>; null when there is none.</summary>
    public async Task<long?> LastStepAsync(long to)
    {
        const string Sql = "select max(step) from metric_points where run = @run and key = @key and step <= @to";

        var sorted = await _connection.ExecuteScalarAsync<long?>(Sql, new { run = _run, key = _key, to });
        long? arrived = (to == long.MaxValue ? _arrived.Length : IndexAfter(Before(to + 1))) is var i && i > 0 ? _arrived[i - 1].Step : null;
        return sorted is null || arrived > sorted ? arrived : sorted;
    }

    /// <summary>A point before all that a step may have; 64-bit steps and times that are not negative leave it free.</summary>
    public static MetricPoint Before(long step) => new("", double.NegativeInfinity, -1, step, null);

    private int IndexAfter(MetricPoint point)
    {
        var index = Array.BinarySearch(_arrived, point);
        while (index >= 0 && index < _arrived.Length && _arrived[index].CompareTo(point) == 0)
        {
            index++;
        }

        return index < 0 ? ~index : index;
    }

    private MetricPoint Read(DbDataReader reader)
    {
        var link = reader.IsDBNull(4) && reader.IsDBNull(5) && reader.IsDBNull(6) ? null : new MetricLink(Text(4), Text(5), Text(6));
        return new MetricPoint(_key, reader.GetInt64(3) == 1 ? double.NaN : reader.GetDouble(2), reader.GetInt64(1), reader.GetInt64(0), link);

        string? Text(int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
    }
}
