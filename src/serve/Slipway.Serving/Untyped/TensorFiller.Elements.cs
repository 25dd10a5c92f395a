using System.Numerics;
using System.Runtime.CompilerServices;
using Slipway.Inference.Tensors;
using Slipway.Serving.OpenInference;

namespace Slipway.Serving.Untyped;

/// <content>How the elements of each type look in JSON.</content>
internal ref partial struct TensorFiller
{
    /// <summary>Reads what one type's elements look like. Structs, so that each gets a loop of its own.</summary>
    private interface IElement<T>
    {
        /// <summary>The values of a tensor of this type.</summary>
        static abstract Span<T> ValuesOf(Tensor tensor);

        /// <summary>The length of the element here, or what <see cref="NumberScanner"/> says when there is none.</summary>
        static abstract int Scan(scoped ref JsonCursor json, int at, out T value);

        /// <summary>The value of a number that JSON has no word for; NaN is what <c>null</c> stands for, too.</summary>
        static abstract bool TryConvert(double special, out T value);
    }

    private readonly struct FloatElement<T> : IElement<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public static Span<T> ValuesOf(Tensor tensor) => tensor.Values<T>();

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static int Scan(scoped ref JsonCursor json, int at, out T value)
        {
            // The type is known to the JIT, which keeps one branch.
            int length;
            if (typeof(T) == typeof(double))
            {
                length = NumberScanner.Scan(json.Json[at..], out double wide);
                value = (T)(object)wide;
            }
            else if (typeof(T) == typeof(float))
            {
                length = NumberScanner.Scan(json.Json[at..], out float single);
                value = (T)(object)single;
            }
            else
            {
                length = NumberScanner.Scan(json.Json[at..], out Half half);
                value = (T)(object)half;
            }

            return length;
        }

        public static bool TryConvert(double special, out T value)
        {
            value = T.CreateTruncating(special);
            return true;
        }
    }

    private readonly struct IntegerElement<T> : IElement<T>
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
    {
        public static Span<T> ValuesOf(Tensor tensor) => tensor.Values<T>();

        public static int Scan(scoped ref JsonCursor json, int at, out T value) => NumberScanner.Scan(json.Json[at..], out value);

        public static bool TryConvert(double special, out T value)
        {
            value = default;
            return false;
        }
    }

    private readonly struct BoolElement : IElement<byte>
    {
        public static Span<byte> ValuesOf(Tensor tensor) => tensor.Values<byte>();

        public static int Scan(scoped ref JsonCursor json, int at, out byte value)
        {
            var text = json.Json[at..];
            value = text.StartsWith("true"u8) ? (byte)1 : (byte)0;
            return value == 1 ? 4 : text.StartsWith("false"u8) ? 5 : NumberScanner.NotANumber;
        }

        public static bool TryConvert(double special, out byte value)
        {
            value = 0;
            return false;
        }
    }

    private readonly struct BytesElement : IElement<ReadOnlyMemory<byte>?>
    {
        public static Span<ReadOnlyMemory<byte>?> ValuesOf(Tensor tensor) => tensor.Items;

        public static int Scan(scoped ref JsonCursor json, int at, out ReadOnlyMemory<byte>? value)
        {
            json.At = at;
            value = null;
            if (json.IsNext((byte)'"'))
            {
                value = json.ReadString();
            }
            else if (json.TryReadBase64(out var bytes))
            {
                value = bytes;
            }

            return json.At - at;
        }

        public static bool TryConvert(double special, out ReadOnlyMemory<byte>? value)
        {
            value = null;
            return true;
        }
    }
}
