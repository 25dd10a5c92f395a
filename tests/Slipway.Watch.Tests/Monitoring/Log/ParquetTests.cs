using DuckDB.NET.Data;
using Slipway.Monitoring;
using Slipway.Monitoring.Log;

namespace Slipway.Watch.Tests.Monitoring.Log;

public sealed class ParquetTests : IDisposable
{
    private static readonly PredictionLogOptions Small = new() { ChunkRows = 1 };

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_finished_chunk_becomes_plain_Parquet_by_hours_of_event_time()
    {
        await using var host = await LogHost.StartAsync(_folder.Path, options: Small);
        Call.Tabular(21.5, "Oslo").At("2012-05-03T14:10:00Z").Of("anna").In("device", "mobile").Record(host, "a");
        Call.Tabular(22.5, null).At("2012-05-04T00:59:59.999999Z").Record(host, "b");
        await host.ConvertAsync();

        var rows = Query("select prediction_id, event_time, arrived_at, model, version, role, rollout, weight, milliseconds, failed, sticky_key, unit, segments, \"in.temp\", \"in.city\", \"out.cnt\", date, hour");

        Assert.Equal(
            [
                ["a", new DateTime(2012, 5, 3, 14, 10, 0), Call.Arrival.DateTime, "bike-demand", "1.0.0", "stable", null, 0.0, 1.5, false, "anna", 0L, """{"device":"mobile"}""", 21.5, "Oslo", 43.0, new DateOnly(2012, 5, 3), "14"],
                ["b", new DateTime(2012, 5, 4, 0, 59, 59).AddMicroseconds(999_999), Call.Arrival.DateTime, "bike-demand", "1.0.0", "stable", null, 0.0, 1.5, false, null, 0L, null, 22.5, null, 45.0, new DateOnly(2012, 5, 4), "00"],
            ],
            rows);
        Assert.Empty(host.Files("bikes", "*.arrows"));
        Assert.Empty(host.Files("bikes", "*.batches"));
    }

    [Fact]
    public async Task Rows_are_found_by_their_times()
    {
        await using var host = await LogHost.StartAsync(_folder.Path, options: Small);
        Call.Tabular().At("2012-05-03T14:10:00Z").Record(host, "a");
        Call.Tabular().At("2012-05-03T14:20:00.000001Z").Record(host, "b");
        await host.ConvertAsync();

        // What stands in a file's metadata of smallest and largest must not say otherwise.
        Assert.Equal([["b"]], Query("select prediction_id", "where event_time > '2012-05-03 14:20:00+00'"));
        Assert.Equal([["a"]], Query("select prediction_id", "where event_time = '2012-05-03 14:10:00+00'"));
        Assert.Equal(2, Query("select prediction_id", $"where arrived_at between '{Call.Arrival.AddMinutes(-1):O}' and '{Call.Arrival.AddMinutes(1):O}'").Count);
    }

    [Fact]
    public async Task Vectors_digests_and_failed_calls_are_in_the_files_too()
    {
        await using var host = await LogHost.StartAsync(_folder.Path, options: Small);
        var call = new Call { Rows = 2 }.Input("embedding", [2, 3], 1, 2, 3, 4, 5, 6);
        var image = call.Input("image", [2, 2000]);
        image.Record(host, "a");
        new Call { Failed = true }.Record(host, "b");
        await host.ConvertAsync();

        var rows = Query("select prediction_id, failed, \"in.embedding\"::varchar, json_extract_string(\"in.image\", '$.shape[0]')");

        Assert.Equal([["a/0", false, "[1.0, 2.0, 3.0]", "2000"], ["a/1", false, "[4.0, 5.0, 6.0]", "2000"], ["b", true, null, null]], rows);
    }

    [Fact]
    public async Task A_chunk_stays_until_the_consumer_has_saved_its_position()
    {
        await using var host = await LogHost.StartAsync(_folder.Path, options: Small);
        host.Consumer.Saves = false;
        Call.Tabular().Record(host, "a");
        await host.ConvertAsync();
        Assert.Single(host.Files("bikes", "*.arrows"));
        Assert.Empty(host.Files("bikes", "*.parquet"));

        host.Consumer.Saves = true;
        await host.ConvertAsync();

        Assert.Single(host.Files("bikes", "*.parquet"));
        Assert.Empty(host.Files("bikes", "*.arrows"));
    }

    [Fact]
    public async Task A_conversion_that_was_killed_half_way_gives_every_row_once_when_it_runs_again()
    {
        var saved = new Dictionary<string, LogPosition>();
        string chunk;
        byte[] data, index;
        await using (var killed = await LogHost.StartAsync(_folder.Path, new RecordingConsumer(saved)))
        {
            Call.Tabular().At("2012-05-03T14:00:00Z").Record(killed, "a");
            Call.Tabular().At("2012-05-03T15:00:00Z").Record(killed, "b");
            await killed.Log.DrainAsync(Cancel);
            chunk = Assert.Single(killed.Files("bikes", "*.arrows"));
        }

        data = await File.ReadAllBytesAsync(chunk, Cancel);
        index = await File.ReadAllBytesAsync(Path.ChangeExtension(chunk, ".batches"), Cancel);
        await using (var first = await LogHost.StartAsync(_folder.Path, new RecordingConsumer(saved)))
        {
            await first.ConvertAsync();

            // What a kill in the middle leaves: the chunk, some files with their names, some without.
            File.Delete(first.Files("bikes", "*.parquet")[1]);
        }

        await File.WriteAllBytesAsync(chunk, data, Cancel);
        await File.WriteAllBytesAsync(Path.ChangeExtension(chunk, ".batches"), index, Cancel);
        Directory.CreateDirectory(Path.ChangeExtension(chunk, ".parquet"));
        await File.WriteAllTextAsync(Path.Combine(Path.ChangeExtension(chunk, ".parquet"), "0.parquet"), "half", Cancel);

        await using var host = await LogHost.StartAsync(_folder.Path, new RecordingConsumer(saved));
        await host.ConvertAsync();

        Assert.Equal([["a"], ["b"]], Query("select prediction_id"));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.GetDirectoryName(chunk)!));
        Assert.Empty(host.Consumer.Taken);
    }

    [Fact]
    public async Task A_replay_over_many_hours_becomes_a_file_for_each()
    {
        await using var host = await LogHost.StartAsync(_folder.Path, options: Small);
        var start = new DateTimeOffset(2012, 1, 1, 0, 0, 0, TimeSpan.Zero);
        for (var hour = 0; hour < 200; hour++)
        {
            Call.Tabular(hour).At(start.AddHours(hour).ToString("O")).Record(host, $"h{hour}");
        }

        await host.ConvertAsync();

        Assert.Equal(200, host.Files("bikes", "*.parquet").Length);
        var found = await host.Log.FindAsync("bikes", ["h0", "h100", "h199", "h200"], Cancel);
        Assert.Equal(["h0", "h100", "h199"], found.SelectMany(b => b.Ids));
    }

    [Fact]
    public async Task Files_and_folders_are_their_owners_only()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has other rights.");
            return;
        }

        await using var host = await LogHost.StartAsync(_folder.Path, options: new() { ChunkRows = 2 });
        Call.Tabular().Record(host, "a");
        Call.Tabular().Record(host, "b");
        await host.ConvertAsync();
        Call.Tabular().Record(host, "c");
        await host.Log.DrainAsync(Cancel);

        foreach (var path in Directory.EnumerateFileSystemEntries(Path.Combine(_folder.Path, "predictions"), "*", SearchOption.AllDirectories))
        {
            var expected = UnixFileMode.UserRead | UnixFileMode.UserWrite | (Directory.Exists(path) ? UnixFileMode.UserExecute : 0);
            Assert.Equal(expected, File.GetUnixFileMode(path));
        }
    }

    [Fact]
    public async Task Names_that_no_file_or_query_expects_come_back_as_they_were()
    {
        string[] names = ["a b", "x.y", "weird \"quoted\" 'name'", "températur/°C", "Temp", "temp", "prediction_id", "x.y.text"];
        await using var host = await LogHost.StartAsync(_folder.Path, options: Small);
        var first = names.Aggregate(new Call(), (call, name) => call.Number(name, 1));
        var second = names.Aggregate(new Call(), (call, name) => call.Text(name, "x"));
        first.In("seg ment.\"", "va'lue").Record(host, "it's");
        second.Record(host, "b");
        await host.ConvertAsync();
        Assert.Empty(host.Files("bikes", "*.arrows"));

        var found = await host.Log.FindAsync("bikes", ["it's", "b"], Cancel);

        Assert.Equal(names, found.Single(b => b.Ids[0] == "it's").Inputs.Select(c => Assert.IsType<NumberValues>(c).Name));
        Assert.Equal(names, found.Single(b => b.Ids[0] == "b").Inputs.Select(c => Assert.IsType<TextValues>(c).Name));
        Assert.Equal(["va'lue"], found.Single(b => b.Ids[0] == "it's").Segments["seg ment.\""]);
        Assert.Equal([["b"], ["it's"]], Query("select prediction_id"));
    }

    private List<object?[]> Query(string select, string where = "")
    {
        using var connection = new DuckDBConnection("DataSource=:memory:");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = $"set timezone = 'UTC'; {select} from read_parquet('{_folder.Path}/predictions/bikes/date=*/hour=*/*.parquet', hive_partitioning = true, union_by_name = true, hive_types = {{'date': date, 'hour': varchar}}) {where} order by prediction_id";
        using var reader = command.ExecuteReader();
        var rows = new List<object?[]>();
        while (reader.Read())
        {
            rows.Add([.. Enumerable.Range(0, reader.FieldCount).Select(i => reader.IsDBNull(i) ? null : reader.GetValue(i))]);
        }

        return rows;
    }
}
