using System.Data.Common;
using System.Globalization;
using Dapper;

namespace Slipway.Tracking.Metrics;

/// <summary>Reads the history of one metric of one run: what was sorted in, and what has only arrived.</summary>
internal sealed class MetricHistory
{
    private const string FirstStep = "select min(step) from metric_points where run = @run and key = @key and step >= @from";

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

    /// <summary>The points that are not sorted in yet, in order; some may be among the others, too.</summary>
    public IReadOnlyList<MetricPoint> Arrived => _arrived;

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

        var points = await QueryAsync(
            Sql, ("@last", lastStep), ("@step", after.Step), ("@time", after.Timestamp), ("@value", after.Stored), ("@nan", after.IsNaN ? 1L : 0L), ("@limit", limit));
        return Merge(points, _arrived.Skip(IndexAfter(after)).TakeWhile(point => point.Step <= lastStep), limit);
    }

    /// <summary>The first step from <paramref name="from"/> on; null when there is none.</summary>
    public async Task<long?> FirstStepAsync(long from)
    {
        await using var command = Command(FirstStep, ("@from", from));
        return Earlier(await command.ExecuteScalarAsync() as long?, from);
    }

    /// <summary>The first step from each of <paramref name="places"/> on, as long as it is not after <paramref name="last"/>.</summary>
    public async Task<SortedSet<long>> FirstStepsAsync(IEnumerable<long> places, long last)
    {
        // Prepared once: what finds a step costs microseconds, and reading the statement would cost ten times that.
        await using var command = Command(FirstStep, ("@from", 0L));
        var steps = new SortedSet<long>();
        foreach (var place in places)
        {
            command.Parameters["@from"].Value = place;
            if (Earlier(await command.ExecuteScalarAsync() as long?, place) is { } step && step <= last)
            {
                steps.Add(step);
            }
        }

        return steps;
    }

    /// <summary>At most <paramref name="limit"/> points of some steps.</summary>
    public async Task<IReadOnlyList<MetricPoint>> ReadStepsAsync(SortedSet<long> steps, int limit)
    {
        var list = string.Join(',', steps.Select(step => step.ToString(CultureInfo.InvariantCulture)));
        var sorted = await QueryAsync(
            $"""
            select step, timestamp, value, is_nan, model_id, dataset_name, dataset_digest from metric_points
            where run = @run and key = @key and step in ({list})
            order by step, timestamp, value, is_nan
            limit @limit
            """,
            ("@limit", limit));
        return Merge(sorted, _arrived.Where(point => steps.Contains(point.Step)), limit);
    }

    /// <summary>The last step up to <paramref name="to"/>; null when there is none.</summary>
    public async Task<long?> LastStepAsync(long to)
    {
        const string Sql = "select max(step) from metric_points where run = @run and key = @key and step <= @to";

        await using var command = Command(Sql, ("@to", to));
        var sorted = await command.ExecuteScalarAsync() as long?;
        long? arrived = (to == long.MaxValue ? _arrived.Length : IndexAfter(Before(to + 1))) is var i && i > 0 ? _arrived[i - 1].Step : null;
        return sorted is null || arrived > sorted ? arrived : sorted;
    }

    /// <summary>The last point of all; null when there is none.</summary>
    public async Task<MetricPoint?> LastAsync()
    {
        const string Sql = """
            select step, timestamp, value, is_nan, model_id, dataset_name, dataset_digest from metric_points
            where run = @run and key = @key
            order by step desc, timestamp desc, value desc, is_nan desc
            limit 1
            """;

        var sorted = await QueryAsync(Sql);
        return Merge(sorted, _arrived.TakeLast(1), limit: 2) is [.., var last] ? last : null;
    }

    /// <summary>The roll-ups of the points that were sorted in, by step.</summary>
    public async Task<IReadOnlyList<MetricBlock>> ReadBlocksAsync()
    {
        var blocks = new List<MetricBlock>();
        await using var command = Command($"select {MetricBlocks.Columns} from metric_blocks where run = @run and key = @key order by first_step");
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            blocks.Add(MetricBlocks.Read(reader));
        }

        return blocks;
    }

    /// <summary>Gives the points of a range of steps that were sorted in to <paramref name="take"/>, by step.</summary>
    public async Task EachAsync(long first, long last, Action<BlockPoint> take)
    {
        const string Sql = "select step, timestamp, value, is_nan from metric_points where run = @run and key = @key and step >= @first and step <= @last order by step";

        await using var command = Command(Sql, ("@first", first), ("@last", last));
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            take(MetricBlocks.ReadPoint(reader));
        }
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

    private long? Earlier(long? sorted, long from)
    {
        long? arrived = IndexAfter(Before(from)) is var i && i < _arrived.Length ? _arrived[i].Step : null;
        return sorted is null || arrived < sorted ? arrived : sorted;
    }

    private static List<MetricPoint> Merge(List<MetricPoint> sorted, IEnumerable<MetricPoint> arrived, int limit)
    {
        var all = new SortedSet<MetricPoint>(arrived);
        if (all.Count == 0)
        {
            return sorted;
        }

        all.UnionWith(sorted);
        return [.. all.Take(limit)];
    }

    private async Task<List<MetricPoint>> QueryAsync(string sql, params (string Name, object Value)[] values)
    {
        var points = new List<MetricPoint>();
        await using var command = Command(sql, values);
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            points.Add(Read(reader));
        }

        return points;
    }

    // Not by Dapper, which would keep each text, and those of some steps are all different.
    private DbCommand Command(string sql, params (string Name, object Value)[] values)
    {
        var command = _connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in values.Append(("@run", _run)).Append(("@key", _key)))
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = (name, value);
            command.Parameters.Add(parameter);
        }

        return command;
    }

    private MetricPoint Read(DbDataReader reader)
    {
        var link = reader.IsDBNull(4) && reader.IsDBNull(5) && reader.IsDBNull(6) ? null : new MetricLink(Text(4), Text(5), Text(6));
        return new MetricPoint(_key, reader.GetInt64(3) == 1 ? double.NaN : reader.GetDouble(2), reader.GetInt64(1), reader.GetInt64(0), link);

        string? Text(int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
    }
}
