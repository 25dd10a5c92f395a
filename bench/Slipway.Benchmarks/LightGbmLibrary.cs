using System.Runtime.InteropServices;

namespace Slipway.Core.Tests.Inference;

// The tests' LightGBM, with its fast call for single rows.
internal static partial class LightGbmLibrary
{
    /// <summary>Loads a model and prepares LightGBM for rows of <paramref name="columns"/> doubles, one at a time on the caller's thread.</summary>
    public static (nint Booster, nint Fast) Open(string model, int columns)
    {
        Check(BoosterLoadModelFromString(model, out _, out var booster));
        Check(FastInit(booster, 0, 0, -1, Float64, columns, "num_threads=1", out var fast));
        return (booster, fast);
    }

    public static double PredictFast(nint fast, double[] row, double[] result)
    {
        Check(Fast(fast, row, out _, result));
        return result[0];
    }

    public static double PredictBatch(nint booster, double[] rows, int count, int columns, double[] results)
    {
        Check(BoosterPredictForMat(booster, rows, Float64, count, columns, 1, 0, 0, -1, "num_threads=1", out _, results));
        return results[0];
    }

    public static void Close(nint booster, nint fast)
    {
        Check(FastFree(fast));
        Check(BoosterFree(booster));
    }

    [LibraryImport(Library, EntryPoint = "LGBM_BoosterPredictForMatSingleRowFastInit", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int FastInit(nint booster, int kind, int start, int iterations, int type, int columns, string parameters, out nint fast);

    [LibraryImport(Library, EntryPoint = "LGBM_BoosterPredictForMatSingleRowFast")]
    private static partial int Fast(nint fast, double[] row, out long written, [Out] double[] result);

    [LibraryImport(Library, EntryPoint = "LGBM_FastConfigFree")]
    private static partial int FastFree(nint fast);
}
