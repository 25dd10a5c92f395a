namespace Slipway.Inference.Tensors;

/// <summary>Element types, as the Open Inference Protocol names them (BOOL, INT64, FP32, BYTES …).</summary>
public enum TensorType
{
    /// <summary>BOOL, one byte.</summary>
    Bool,

    /// <summary>UINT8.</summary>
    UInt8,

    /// <summary>UINT16.</summary>
    UInt16,

    /// <summary>UINT32.</summary>
    UInt32,

    /// <summary>UINT64.</summary>
    UInt64,

    /// <summary>INT8.</summary>
    Int8,

    /// <summary>INT16.</summary>
    Int16,

    /// <summary>INT32.</summary>
    Int32,

    /// <summary>INT64.</summary>
    Int64,

    /// <summary>FP16, stored as <see cref="Half"/>.</summary>
    Float16,

    /// <summary>FP32.</summary>
    Float32,

    /// <summary>FP64.</summary>
    Float64,

    /// <summary>BYTES: any bytes, usually UTF-8 text; null is a missing value.</summary>
    Bytes,
}
