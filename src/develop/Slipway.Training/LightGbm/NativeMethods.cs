using System.Runtime.InteropServices;

namespace Slipway.Training.LightGbm;

/// <summary>The part of LightGBM's C API (c_api.h of 4.7.0) that training needs. Each call returns 0, or −1 with the reason in <see cref="GetLastError"/> of the same thread.</summary>
internal static partial class NativeMethods
{
    public const int Float32 = 0;
    public const int Float64 = 1;

    static NativeMethods() => OpenMp.WaitPassively();

    [LibraryImport(LightGbmLibrary.Name, EntryPoint = "LGBM_GetLastError")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories | DllImportSearchPath.AssemblyDirectory)]
    public static partial nint GetLastError();

    [LibraryImport(LightGbmLibrary.Name, EntryPoint = "LGBM_DumpParamAliases")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories | DllImportSearchPath.AssemblyDirectory)]
    public static partial int DumpParamAliases(long bufferLength, out long length, [Out] byte[] buffer);

    [LibraryImport(LightGbmLibrary.Name, EntryPoint = "LGBM_GetSampleCount", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories | DllImportSearchPath.AssemblyDirectory)]
    public static partial int GetSampleCount(int rows, string parameters, out int count);

    [LibraryImport(LightGbmLibrary.Name, EntryPoint = "LGBM_SampleIndices", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories | DllImportSearchPath.AssemblyDirectory)]
    public static partial int SampleIndices(int rows, string parameters, [Out] int[] indices, out int count);

    [LibraryImport(LightGbmLibrary.Name, EntryPoint = "LGBM_DatasetCreateFromSampledColumn", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories | DllImportSearchPath.AssemblyDirectory)]
    public static unsafe partial int DatasetCreateFromSampledColumn(
        double** samples, int** indices, int columns, int* countByColumn, int sampledRows, int localRows, long distributedRows, string parameters, out nint dataset);

    [LibraryImport(LightGbmLibrary.Name, EntryPoint = "LGBM_DatasetPushRows")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories | DllImportSearchPath.AssemblyDirectory)]
    public static partial int DatasetPushRows(DatasetHandle dataset, [In] double[] data, int type, int rows, int columns, int firstRow);

    [LibraryImport(LightGbmLibrary.Name, EntryPoint = "LGBM_DatasetSetField", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories | DllImportSearchPath.AssemblyDirectory)]
    public static partial int DatasetSetField(DatasetHandle dataset, string field, [In] float[] data, int length, int type);

    [LibraryImport(LightGbmLibrary.Name, EntryPoint = "LGBM_DatasetSetFeatureNames", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories | DllImportSearchPath.AssemblyDirectory)]
    public static partial int DatasetSetFeatureNames(DatasetHandle dataset, [In] string[] names, int count);

    [LibraryImport(LightGbmLibrary.Name, EntryPoint = "LGBM_DatasetFree")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories | DllImportSearchPath.AssemblyDirectory)]
    public static partial int DatasetFree(nint dataset);

    [LibraryImport(LightGbmLibrary.Name, EntryPoint = "LGBM_BoosterCreate", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories | DllImportSearchPath.AssemblyDirectory)]
    public static partial int BoosterCreate(DatasetHandle dataset, string parameters, out nint booster);

    [LibraryImport(LightGbmLibrary.Name, EntryPoint = "LGBM_BoosterUpdateOneIter")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories | DllImportSearchPath.AssemblyDirectory)]
    public static partial int BoosterUpdateOneIter(BoosterHandle booster, out int finished);

    [LibraryImport(LightGbmLibrary.Name, EntryPoint = "LGBM_BoosterPredictForMat", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories | DllImportSearchPath.AssemblyDirectory)]
    public static partial int BoosterPredictForMat(
        BoosterHandle booster, [In] double[] data, int type, int rows, int columns, int rowMajor, int kind, int firstIteration, int iterations, string parameters, out long length, [Out] double[] result);

    [LibraryImport(LightGbmLibrary.Name, EntryPoint = "LGBM_BoosterSaveModelToString")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories | DllImportSearchPath.AssemblyDirectory)]
    public static partial int BoosterSaveModelToString(BoosterHandle booster, int firstIteration, int iterations, int importance, long bufferLength, out long length, [Out] byte[] buffer);

    [LibraryImport(LightGbmLibrary.Name, EntryPoint = "LGBM_BoosterFree")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories | DllImportSearchPath.AssemblyDirectory)]
    public static partial int BoosterFree(nint booster);
}

/// <summary>A native dataset.</summary>
internal sealed class DatasetHandle : SafeHandle
{
    public DatasetHandle(nint dataset)
        : base(0, ownsHandle: true) => SetHandle(dataset);

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle() => NativeMethods.DatasetFree(handle) == 0;
}

/// <summary>A native booster.</summary>
internal sealed class BoosterHandle : SafeHandle
{
    public BoosterHandle(nint booster)
        : base(0, ownsHandle: true) => SetHandle(booster);

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle() => NativeMethods.BoosterFree(handle) == 0;
}
