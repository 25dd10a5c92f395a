using System.Runtime.InteropServices;

namespace Slipway.Training.LightGbm;

/// <summary>
/// Rows in LightGBM's own, binned form. They are handed over in chunks, and the bins come from a sample of at most <c>bin_construct_sample_cnt</c> (200 000) rows, so besides the
/// table only the binned copy takes memory: about a byte a value.
/// </summary>
internal sealed class LightGbmDataset : IDisposable
{
    // What LightGBM takes for zero; its samples leave zeros out.
    private const double Zero = 1e-35f;

    private LightGbmDataset(DatasetHandle handle) => Handle = handle;

    public DatasetHandle Handle { get; }

    public static LightGbmDataset Create(FeatureTable features, float[] labels, ReadOnlySpan<int> rows, string parameters, CancellationToken cancellationToken)
    {
        var dataset = new LightGbmDataset(CreateBins(features, rows, parameters));
        try
        {
            var columns = features.Columns.Count;
            var size = features.ChunkRows;
            var chunk = new double[Math.Min(size, rows.Length) * columns];
            for (var first = 0; first < rows.Length; first += size)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var part = rows.Slice(first, Math.Min(size, rows.Length - first));
                features.CopyTo(part, chunk);
                LightGbmError.Check(NativeMethods.DatasetPushRows(dataset.Handle, chunk, NativeMethods.Float64, part.Length, columns, first));
            }

            var chosen = new float[rows.Length];
            for (var i = 0; i < chosen.Length; i++)
            {
                chosen[i] = labels[rows[i]];
            }

            LightGbmError.Check(NativeMethods.DatasetSetField(dataset.Handle, "label", chosen, chosen.Length, NativeMethods.Float32));
            if (features.HasPlainNames)
            {
                LightGbmError.Check(NativeMethods.DatasetSetFeatureNames(dataset.Handle, [.. features.Columns.Select(c => c.Name)], columns));
            }

            return dataset;
        }
        catch
        {
            dataset.Dispose();
            throw;
        }
    }

    public void Dispose() => Handle.Dispose();

    private static unsafe DatasetHandle CreateBins(FeatureTable features, ReadOnlySpan<int> rows, string parameters)
    {
        LightGbmError.Check(NativeMethods.GetSampleCount(rows.Length, parameters, out var sampled));
        var sample = new int[sampled];
        LightGbmError.Check(NativeMethods.SampleIndices(rows.Length, parameters, sample, out sampled));

        var columns = features.Columns.Count;
        var counts = new int[columns];
        var pinned = new List<GCHandle>(2 * columns);
        try
        {
            var values = stackalloc double*[columns];
            var places = stackalloc int*[columns];
            for (var c = 0; c < columns; c++)
            {
                var kept = new double[sampled];
                var at = new int[sampled];
                for (var i = 0; i < sampled; i++)
                {
                    var value = features.At(c, rows[sample[i]]);
                    if (double.IsNaN(value) || Math.Abs(value) > Zero)
                    {
                        kept[counts[c]] = value;
                        at[counts[c]++] = i;
                    }
                }

                pinned.Add(GCHandle.Alloc(kept, GCHandleType.Pinned));
                values[c] = (double*)pinned[^1].AddrOfPinnedObject();
                pinned.Add(GCHandle.Alloc(at, GCHandleType.Pinned));
                places[c] = (int*)pinned[^1].AddrOfPinnedObject();
            }

            fixed (int* count = counts)
            {
                LightGbmError.Check(NativeMethods.DatasetCreateFromSampledColumn(values, places, columns, count, sampled, rows.Length, rows.Length, parameters, out var dataset));
                return new DatasetHandle(dataset);
            }
        }
        finally
        {
            pinned.ForEach(p => p.Free());
        }
    }
}
