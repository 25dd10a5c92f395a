using Slipway.Core.Errors;

namespace Slipway.Training.LightGbm;

/// <summary>A model under construction.</summary>
internal sealed class LightGbmBooster : IDisposable
{
    private readonly BoosterHandle _handle;

    private LightGbmBooster(BoosterHandle handle) => _handle = handle;

    /// <summary>Boosts for <paramref name="rounds"/> rounds, or until no split is left to make.</summary>
    public static LightGbmBooster Fit(LightGbmDataset data, string parameters, int rounds, Action<int>? roundDone, CancellationToken cancellationToken)
    {
        LightGbmError.Check(NativeMethods.BoosterCreate(data.Handle, parameters, out var created));
        var booster = new LightGbmBooster(new BoosterHandle(created));
        try
        {
            for (var round = 1; round <= rounds; round++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                LightGbmError.Check(NativeMethods.BoosterUpdateOneIter(booster._handle, out var finished));
                if (finished != 0)
                {
                    return round > 1 ? booster : throw new SlipwayException(
                        ErrorKind.Failed,
                        "LightGBM found nothing to split by: the model would always answer the same. Give more rows, other columns, or a smaller min_data_in_leaf (20 unless it is given).");
                }

                roundDone?.Invoke(round);
            }

            return booster;
        }
        catch
        {
            booster.Dispose();
            throw;
        }
    }

    /// <summary>The predictions for rows of a table: one number a row, or one a class.</summary>
    public double[] Predict(FeatureTable features, ReadOnlySpan<int> rows, int width, int threads, CancellationToken cancellationToken)
    {
        var columns = features.Columns.Count;
        var size = features.ChunkRows;
        var chunk = new double[Math.Min(size, rows.Length) * columns];
        var answer = new double[Math.Min(size, rows.Length) * width];
        var result = new double[checked(rows.Length * width)];
        for (var first = 0; first < rows.Length; first += size)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var part = rows.Slice(first, Math.Min(size, rows.Length - first));
            features.CopyTo(part, chunk);
            LightGbmError.Check(NativeMethods.BoosterPredictForMat(
                _handle, chunk, NativeMethods.Float64, part.Length, columns, 1, 0, 0, -1, FormattableString.Invariant($"num_threads={threads} verbosity=-1"), out _, answer));
            answer.AsSpan(0, part.Length * width).CopyTo(result.AsSpan(first * width));
        }

        return result;
    }

    /// <summary>The model as LightGBM's text format, in UTF-8.</summary>
    public ReadOnlyMemory<byte> ToText()
    {
        // The text is at least as long as one tree of a few leaves; the first call says how long.
        var buffer = new byte[1 << 16];
        LightGbmError.Check(NativeMethods.BoosterSaveModelToString(_handle, 0, -1, 0, buffer.Length, out var length, buffer));
        if (length > buffer.Length)
        {
            buffer = new byte[length];
            LightGbmError.Check(NativeMethods.BoosterSaveModelToString(_handle, 0, -1, 0, buffer.Length, out length, buffer));
        }

        // Without the closing zero byte of a C string.
        return buffer.AsMemory(0, (int)length - 1);
    }

    public void Dispose() => _handle.Dispose();
}
