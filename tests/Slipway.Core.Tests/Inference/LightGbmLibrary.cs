using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Slipway.Core.Tests.Inference;

/// <summary>LightGBM's own library by its C interface: the reference that our evaluator is compared with.</summary>
internal static partial class LightGbmLibrary
{
    private const string Library = "lib_lightgbm";
    private const int Float64 = 1;
    private const int Float32 = 0;

    /// <summary>Trains on <paramref name="rows"/> (row-major, <paramref name="columns"/> wide) and returns the text model.</summary>
    public static string Train(double[] rows, int columns, float[] labels, string parameters, int rounds)
    {
        // One thread: other tests run beside this one.
        var settings = $"verbosity=-1 num_threads=1 deterministic=true force_row_wise=true min_data_in_leaf=3 min_data_in_bin=1 {parameters}";
        Check(DatasetCreateFromMat(rows, Float64, labels.Length, columns, 1, settings, 0, out var dataset));
        try
        {
            Check(DatasetSetField(dataset, "label", labels, labels.Length, Float32));
            Check(BoosterCreate(dataset, settings, out var booster));
            try
            {
                for (var i = 0; i < rounds; i++)
                {
                    Check(BoosterUpdateOneIter(booster, out var finished));
                    if (finished != 0)
                    {
                        break;
                    }
                }

                return Save(booster);
            }
            finally
            {
                Check(BoosterFree(booster));
            }
        }
        finally
        {
            Check(DatasetFree(dataset));
        }
    }

    /// <summary>LightGBM's own predictions by a text model.</summary>
    public static double[] Predict(string model, double[] rows, int columns)
    {
        Check(BoosterLoadModelFromString(model, out _, out var booster));
        try
        {
            Check(BoosterGetNumClasses(booster, out var classes));
            var count = rows.Length / columns;
            var results = new double[count * classes];
            Check(BoosterPredictForMat(booster, rows, Float64, count, columns, 1, 0, 0, -1, "num_threads=1", out var written, results));
            return written == results.Length ? results : throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"{written} results"));
        }
        finally
        {
            Check(BoosterFree(booster));
        }
    }

    private static string Save(nint booster)
    {
        var buffer = new byte[16 << 20];
        Check(BoosterSaveModelToString(booster, 0, -1, 0, buffer.Length, out var length, buffer));
        return length <= buffer.Length ? Encoding.UTF8.GetString(buffer, 0, (int)length - 1) : throw new InvalidOperationException("The model is larger than the buffer.");
    }

    private static void Check(int code)
    {
        if (code != 0)
        {
            throw new InvalidOperationException(Marshal.PtrToStringUTF8(GetLastError()));
        }
    }

    [LibraryImport(Library, EntryPoint = "LGBM_GetLastError")]
    private static partial nint GetLastError();

    [LibraryImport(Library, EntryPoint = "LGBM_DatasetCreateFromMat", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int DatasetCreateFromMat(double[] data, int type, int rows, int columns, int rowMajor, string parameters, nint reference, out nint dataset);

    [LibraryImport(Library, EntryPoint = "LGBM_DatasetSetField", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int DatasetSetField(nint dataset, string field, float[] data, int count, int type);

    [LibraryImport(Library, EntryPoint = "LGBM_DatasetFree")]
    private static partial int DatasetFree(nint dataset);

    [LibraryImport(Library, EntryPoint = "LGBM_BoosterCreate", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int BoosterCreate(nint dataset, string parameters, out nint booster);

    [LibraryImport(Library, EntryPoint = "LGBM_BoosterFree")]
    private static partial int BoosterFree(nint booster);

    [LibraryImport(Library, EntryPoint = "LGBM_BoosterUpdateOneIter")]
    private static partial int BoosterUpdateOneIter(nint booster, out int finished);

    [LibraryImport(Library, EntryPoint = "LGBM_BoosterSaveModelToString")]
    private static partial int BoosterSaveModelToString(nint booster, int start, int iterations, int importance, long bufferLength, out long length, [Out] byte[] buffer);

    [LibraryImport(Library, EntryPoint = "LGBM_BoosterLoadModelFromString", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int BoosterLoadModelFromString(string model, out int iterations, out nint booster);

    [LibraryImport(Library, EntryPoint = "LGBM_BoosterGetNumClasses")]
    private static partial int BoosterGetNumClasses(nint booster, out int classes);

    [LibraryImport(Library, EntryPoint = "LGBM_BoosterPredictForMat", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int BoosterPredictForMat(
        nint booster, double[] data, int type, int rows, int columns, int rowMajor, int kind, int start, int iterations, string parameters, out long written, [Out] double[] results);
}
