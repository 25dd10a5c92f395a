using Apache.Arrow;
using Apache.Arrow.Ipc;
using Slipway.Monitoring.Log.Chunks;
using Slipway.Storage;

namespace Slipway.Watch.Tests.Monitoring.Log;

public sealed class TornChunkTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_chunk_that_is_cut_anywhere_in_its_last_batch_reads_right_up_to_it()
    {
        var (chunk, data, index, last) = await WriteAsync();
        Assert.Equal(("a b c", false), Read(chunk, data, index));

        for (var length = data.Length - 1; length >= last; length--)
        {
            Assert.Equal(("a b", true), Read(chunk, file => file.SetLength(length)));
        }
    }

    [Fact]
    public async Task A_chunk_whose_end_is_zeros_reads_right_up_to_it()
    {
        var (chunk, data, index, last) = await WriteAsync();

        Assert.Equal(("a b c", false), Read(chunk, data, index));
        var isChanged = false;
        for (var zero = data.Length - 1; zero >= last; zero--)
        {
            isChanged |= data[zero] != 0;
            var read = Read(chunk, file =>
            {
                file.Position = zero;
                file.WriteByte(0);
            });
            Assert.Equal(isChanged ? ("a b", true) : ("a b c", false), read);
        }

        Assert.Equal(("a b c", true), Read(chunk, [.. data, .. new byte[4096]], index));
    }

    [Fact]
    public async Task An_index_that_is_cut_or_zeroed_anywhere_in_its_last_entry_ends_the_chunk_there()
    {
        var (chunk, data, index, _) = await WriteAsync();

        for (var length = index.Length - BatchEntry.Size; length < index.Length; length++)
        {
            Assert.Equal(("a b", true), Read(chunk, data, index[..length]));
            var zeroed = index.ToArray();
            zeroed.AsSpan(length).Clear();
            Assert.Equal(("a b", true), Read(chunk, data, zeroed));
        }

        Assert.Equal(("a b c", true), Read(chunk, data, [.. index, .. new byte[BatchEntry.Size]]));
    }

    [Fact]
    public async Task A_chunk_that_is_torn_before_its_first_batch_is_empty()
    {
        var (chunk, data, index, _) = await WriteAsync();

        Assert.Equal(("", true), Read(chunk, [], []));
        Assert.Equal(("", true), Read(chunk, data[..100], index));
        Assert.Equal(("", true), Read(chunk, data, index[..20]));
    }

    [Fact]
    public async Task A_start_counts_a_torn_chunk_hands_over_the_rest_and_writes_to_a_new_one()
    {
        var (chunk, _, _, last) = await WriteAsync();
        var path = Path.Combine(_folder.Path, "predictions", "bikes", "open", chunk + ".arrows");
        await using (var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            file.SetLength(last + 10);
        }

        await using var host = await LogHost.StartAsync(_folder.Path);
        Call.Tabular(4, "d").Record(host, "d");
        await host.Log.DrainAsync(Cancel);

        Assert.Equal(["a", "b", "d"], host.Consumer.Ids);
        Assert.Equal(1, host.Log.Figures.TornBatches);
        Assert.Equal(host.Consumer.Positions.Order(), host.Consumer.Positions);
        Assert.NotEqual(chunk, host.Consumer.Positions[^1].Chunk);
    }

    [Fact]
    public async Task A_chunk_is_an_Arrow_stream_by_itself_while_it_is_written()
    {
        var (_, data, _, _) = await WriteAsync();
        using var reader = new ArrowStreamReader(new MemoryStream(data));
        var rows = new List<(string, double)>();
        while (reader.ReadNextRecordBatch() is { } batch)
        {
            rows.Add((((StringArray)batch.Column("prediction_id")).GetString(0), ((DoubleArray)batch.Column("in.temp")).Values[0]));
            batch.Dispose();
        }

        Assert.Equal([("a", 1), ("b", 1), ("c", 1)], rows);
    }

    // Three batches of one row each, as a kill leaves them; and where the last begins.
    private async Task<(string Chunk, byte[] Data, byte[] Index, int Last)> WriteAsync()
    {
        var host = await LogHost.StartAsync(_folder.Path);
        var lengths = new List<int>();
        foreach (var id in new[] { "a", "b", "c" })
        {
            Call.Tabular(1, id).Record(host, id);
            await host.Log.DrainAsync(Cancel);
            lengths.Add((int)new FileInfo(Assert.Single(host.Files("bikes", "*.arrows"))).Length);
        }

        host.Abandon();
        var chunk = Assert.Single(host.Files("bikes", "*.arrows"));
        return (Path.GetFileNameWithoutExtension(chunk), ReadAll(chunk), ReadAll(Path.ChangeExtension(chunk, ".batches")), lengths[1]);
    }

    private static byte[] ReadAll(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    private (string Ids, bool IsTorn) Read(string chunk, byte[] data, byte[] index)
    {
        var open = Path.Combine(_folder.Path, "predictions", "copy", "open");
        Directory.CreateDirectory(open);
        File.WriteAllBytes(Path.Combine(open, chunk + ".arrows"), data);
        File.WriteAllBytes(Path.Combine(open, chunk + ".batches"), index);
        return Read(chunk);
    }

    // Of the copy, after a further change of its stream.
    private (string Ids, bool IsTorn) Read(string chunk, Action<FileStream> change)
    {
        using (var file = new FileStream(Path.Combine(_folder.Path, "predictions", "copy", "open", chunk + ".arrows"), FileMode.Open))
        {
            change(file);
        }

        return Read(chunk);
    }

    private (string Ids, bool IsTorn) Read(string chunk)
    {
        using var reader = ChunkReader.Open(new PredictionFolder(new DataFolder(_folder.Path)), "copy", chunk);
        var ids = string.Join(' ', reader.Read(0).SelectMany(b => b.Batch.Ids));
        return (ids, reader.IsTorn);
    }
}
