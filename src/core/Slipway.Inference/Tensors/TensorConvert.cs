using System.Globalization;
using System.Numerics;
using System.Numerics.Tensors;

namespace Slipway.Inference.Tensors;

/// <summary>Numbers from one element type to another, as long as every value stays what it is.</summary>
internal static class TensorConvert
{
    /// <summary>
    /// Writes the values of <paramref name="source"/> into <paramref name="target"/>, which has another number type and as many elements.
    /// Returns −1, or the index of the first value that the target's type cannot hold exactly.
    /// </summary>
    public static int Copy(Tensor source, Tensor target) => source.Type switch
    {
        TensorType.Bool or TensorType.UInt8 => From<byte>(source, target),
        TensorType.UInt16 => From<ushort>(source, target),
        TensorType.UInt32 => From<uint>(source, target),
        TensorType.UInt64 => From<ulong>(source, target),
        TensorType.Int8 => From<sbyte>(source, target),
        TensorType.Int16 => From<short>(source, target),
        TensorType.Int32 => From<int>(source, target),
        TensorType.Int64 => From<long>(source, target),
        TensorType.Float16 => From<Half>(source, target),
        TensorType.Float32 => From<float>(source, target),
        _ => From<double>(source, target),
    };

    /// <summary>The value at <paramref name="index"/>, for a message.</summary>
    public static string Show(Tensor tensor, int index) => tensor.Type switch
    {
        TensorType.Bool or TensorType.UInt8 => Text<byte>(tensor, index),
        TensorType.UInt16 => Text<ushort>(tensor, index),
        TensorType.UInt32 => Text<uint>(tensor, index),
        TensorType.UInt64 => Text<ulong>(tensor, index),
        TensorType.Int8 => Text<sbyte>(tensor, index),
        TensorType.Int16 => Text<short>(tensor, index),
        TensorType.Int32 => Text<int>(tensor, index),
        TensorType.Int64 => Text<long>(tensor, index),
        TensorType.Float16 => Text<Half>(tensor, index),
        TensorType.Float32 => Text<float>(tensor, index),
        _ => Text<double>(tensor, index),
    };

    private static int From<TSource>(Tensor source, Tensor target)
        where TSource : unmanaged, INumber<TSource> => target.Type switch
        {
            TensorType.UInt8 => Copy<TSource, byte>(source, target),
            TensorType.UInt16 => Copy<TSource, ushort>(source, target),
            TensorType.UInt32 => Copy<TSource, uint>(source, target),
            TensorType.UInt64 => Copy<TSource, ulong>(source, target),
            TensorType.Int8 => Copy<TSource, sbyte>(source, target),
            TensorType.Int16 => Copy<TSource, short>(source, target),
            TensorType.Int32 => Copy<TSource, int>(source, target),
            TensorType.Int64 => Copy<TSource, long>(source, target),
            TensorType.Float16 => Copy<TSource, Half>(source, target),
            TensorType.Float32 => Copy<TSource, float>(source, target),
            _ => Copy<TSource, double>(source, target),
        };

    private static int Copy<TSource, TTarget>(Tensor source, Tensor target)
        where TSource : unmanaged, INumber<TSource>
        where TTarget : unmanaged, INumber<TTarget>
    {
        ReadOnlySpan<TSource> from = source.Values<TSource>();
        var to = target.Values<TTarget>();
        if (typeof(TTarget) == typeof(double) && typeof(TSource) != typeof(long) && typeof(TSource) != typeof(ulong))
        {
            // A double holds every value of the narrower types.
            TensorPrimitives.ConvertTruncating(from, to);
            return -1;
        }

        for (var i = 0; i < from.Length; i++)
        {
            var value = from[i];
            var converted = TTarget.CreateSaturating(value);

            // There and back again is the test of exactness. It needs a guard at the top of the 64-bit range: long.MaxValue becomes 2^63 as a float,
            // which saturates back to long.MaxValue.
            if ((TSource.CreateSaturating(converted) != value || IsTopRounded(value, converted)) && !(TSource.IsNaN(value) && TTarget.IsNaN(converted)))
            {
                return i;
            }

            to[i] = converted;
        }

        return -1;
    }

    private static bool IsTopRounded<TSource, TTarget>(TSource value, TTarget converted)
        where TSource : unmanaged, INumber<TSource>
        where TTarget : unmanaged, INumber<TTarget>
    {
        // The types are known to the JIT, which keeps one branch or none.
        if (!IsFloat<TSource>())
        {
            return IsFloat<TTarget>() && double.CreateTruncating(converted) >= Limit<TSource>();
        }

        // The other way a float of 2^63 saturates to long.MaxValue and comes back as 2^63; an infinite Half comes back as infinite.
        return !IsFloat<TTarget>() && (double.CreateTruncating(value) >= Limit<TTarget>() || TSource.IsNegativeInfinity(value));
    }

    private static bool IsFloat<T>() => typeof(T) == typeof(double) || typeof(T) == typeof(float) || typeof(T) == typeof(Half);

    // The first power of two beyond an integer type.
    private static double Limit<T>() =>
        typeof(T) == typeof(long) ? 9223372036854775808.0
        : typeof(T) == typeof(ulong) ? 18446744073709551616.0
        : typeof(T) == typeof(int) ? 2147483648.0
        : typeof(T) == typeof(uint) ? 4294967296.0
        : typeof(T) == typeof(short) ? 32768.0
        : typeof(T) == typeof(ushort) ? 65536.0
        : typeof(T) == typeof(sbyte) ? 128.0
        : 256.0;

    private static string Text<T>(Tensor tensor, int index)
        where T : unmanaged, IFormattable => tensor.Values<T>()[index].ToString(null, CultureInfo.InvariantCulture);
}
