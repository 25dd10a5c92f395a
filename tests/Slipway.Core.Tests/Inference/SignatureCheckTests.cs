using Slipway.Core.Errors;
using Slipway.Inference;
using Slipway.Inference.Tensors;

namespace Slipway.Core.Tests.Inference;

public sealed class SignatureCheckTests
{
    private static readonly ModelSignature Table = new(
        [new("temp", TensorType.Float64, [-1]), new("hum", TensorType.Float64, [-1]), new("weather", TensorType.Bytes, [-1])], [], Tabular: true);

    private static readonly ModelSignature Numbers = new([.. Enumerable.Range(0, 100).Select(i => new TensorSpec($"c{i}", TensorType.Float64, [-1]))], [], Tabular: true);

    private readonly TensorSet _inputs = new();

    [Fact]
    public void Columns_come_in_any_order_as_N_or_N_by_1()
    {
        Text("weather", "clear", "rain");
        Doubles("hum", [2, 1], 0.5, 0.25);
        Doubles("temp", [2], 1, 2);

        Assert.Equal(2, Apply(Table));

        Assert.Equal(["temp", "hum", "weather"], Enumerable.Range(0, 3).Select(i => _inputs[i].Name));
        Assert.Equal([2L], _inputs[1].Shape.ToArray());
        Assert.Equal([0.5, 0.25], _inputs[1].Values<double>().ToArray());
    }

    [Fact]
    public void A_hundred_columns_in_reverse_come_into_order()
    {
        for (var i = 99; i >= 0; i--)
        {
            Doubles($"c{i}", [1], i);
        }

        Assert.Equal(1, Apply(Numbers));
        Assert.All(Enumerable.Range(0, 100), i => Assert.Equal(i, _inputs[i].Values<double>()[0]));
    }

    [Theory]
    [InlineData(TensorType.Float32)]
    [InlineData(TensorType.Float64)]
    [InlineData(TensorType.Int64)]
    [InlineData(TensorType.Int8)]
    [InlineData(TensorType.Bool)]
    public void One_matrix_of_numbers_is_taken_under_any_name(TensorType type)
    {
        _inputs.Add("input-0", type, [3, 100]).Raw.Clear();

        Assert.Equal(3, Apply(Numbers));
        Assert.Equal(TensorType.Float64, _inputs[0].Type);
        Assert.All(_inputs[0].Values<double>().ToArray(), value => Assert.Equal(0, value));
    }

    [Fact]
    public void Messages_name_the_input_what_was_sent_and_what_is_taken()
    {
        Refused("Input 'temp' is BYTES, but bike-demand takes FP64.", () => Text("temp", "1"), () => Doubles("hum", [1], 1), () => Text("weather", "clear"));
        Refused("Input 'weather' is FP64, but bike-demand takes BYTES.", () => Doubles("temp", [1], 1), () => Doubles("hum", [1], 1), () => Doubles("weather", [1], 1));
        Refused("Input 'hum' is missing: bike-demand takes it as FP64 [-1].", () => Doubles("temp", [1], 1), () => Text("weather", "clear"));
        Refused("Input 'wind' is not one of those bike-demand takes: temp, hum, weather.", () => Doubles("temp", [1], 1), () => Doubles("wind", [1], 1), () => Text("weather", "clear"));
        Refused("Input 'temp' is given twice.", () => Doubles("temp", [1], 1), () => Doubles("temp", [1], 1), () => Doubles("hum", [1], 1), () => Text("weather", "clear"));
        Refused("Input 'hum' has 1 row, but 'temp' has 2: all inputs need the same number of rows.", () => Doubles("temp", [2], 1, 2), () => Doubles("hum", [1], 1), () => Text("weather", "clear"));
        Refused("Input 'temp' has no rows, but bike-demand needs at least one.", () => Doubles("temp", [0]), () => Doubles("hum", [0]), () => Text("weather"));
        Refused("Input 'temp' has shape [1,2], but bike-demand takes one value per row: [-1] or [-1,1].", () => Doubles("temp", [1, 2], 1, 2), () => Doubles("hum", [1], 1), () => Text("weather", "clear"));
        Refused("Input 'x' is one matrix, but bike-demand takes text in 'weather': send one input per column.", () => Doubles("x", [1, 3], 1, 2, 3));
    }

    [Fact]
    public void A_matrix_of_another_width_is_told_the_columns()
    {
        Doubles("x", [2, 2], 1, 2, 3, 4);

        Assert.StartsWith("Input 'x' has shape [2,2], but bike-demand takes 100 columns, that is [-1,100] or one input per column (c0, c1, ", Error(Numbers), StringComparison.Ordinal);
    }

    [Fact]
    public void A_tensor_needs_its_rank_and_its_fixed_dimensions()
    {
        var images = new ModelSignature([new("image", TensorType.Float32, [-1, 3, -1])], [], Tabular: false);
        _inputs.Add("image", TensorType.Float32, [2, 3, 7]);
        Assert.Equal(2, Apply(images));

        _inputs.Clear();
        _inputs.Add("image", TensorType.Float32, [2, 4, 7]);
        Assert.Equal("Input 'image' has shape [2,4,7], but bike-demand takes [-1,3,-1].", Error(images));

        _inputs.Clear();
        _inputs.Add("image", TensorType.Float32, [1L << 40, 3, 0]);
        Assert.Equal("Input 'image' has shape [1099511627776,3,0], which is more rows than can be.", Error(images));

        _inputs.Clear();
        _inputs.Add("image", TensorType.Float32, [6]);
        Assert.Equal("Input 'image' has shape [6], but bike-demand takes [-1,3,-1].", Error(images));
    }

    [Fact]
    public void A_column_that_may_be_left_out_counts_as_missing()
    {
        var signature = new ModelSignature([new("a", TensorType.Float64, [-1]), new("b", TensorType.Float64, [-1], Optional: true), new("c", TensorType.Bytes, [-1], Optional: true)], [], Tabular: true);
        Doubles("a", [2], 1, 2);

        Assert.Equal(2, Apply(signature));
        Assert.Equal([double.NaN, double.NaN], _inputs[1].Values<double>().ToArray());
        Assert.Null(_inputs[2].Items[1]);
    }

    [Fact]
    public void Numbers_are_converted_exactly_or_not_at_all()
    {
        // A model type for each pair, what is sent, and what arrives; null is a refusal.
        Converts<long, double>(TensorType.Int64, TensorType.Float64, 1L << 53, 9007199254740992.0);
        Converts<long, double>(TensorType.Int64, TensorType.Float64, (1L << 53) + 1, null);
        Converts<long, double>(TensorType.Int64, TensorType.Float64, long.MaxValue, null);
        Converts<long, double>(TensorType.Int64, TensorType.Float64, long.MinValue, -9223372036854775808.0);
        Converts<ulong, double>(TensorType.UInt64, TensorType.Float64, ulong.MaxValue, null);
        Converts<ulong, double>(TensorType.UInt64, TensorType.Float64, 1UL << 63, 9223372036854775808.0);
        Converts<int, float>(TensorType.Int32, TensorType.Float32, 16777216, 16777216f);
        Converts<int, float>(TensorType.Int32, TensorType.Float32, 16777217, null);
        Converts<int, float>(TensorType.Int32, TensorType.Float32, int.MaxValue, null);
        Converts<uint, float>(TensorType.UInt32, TensorType.Float32, uint.MaxValue, null);
        Converts<short, Half>(TensorType.Int16, TensorType.Float16, short.MaxValue, null);
        Converts<ushort, Half>(TensorType.UInt16, TensorType.Float16, ushort.MaxValue, null);
        Converts<double, float>(TensorType.Float64, TensorType.Float32, 0.5, 0.5f);
        Converts<double, float>(TensorType.Float64, TensorType.Float32, 0.1, null);
        Converts<double, float>(TensorType.Float64, TensorType.Float32, 1e300, null);
        Converts<double, float>(TensorType.Float64, TensorType.Float32, double.NaN, float.NaN);
        Converts<double, float>(TensorType.Float64, TensorType.Float32, double.NegativeInfinity, float.NegativeInfinity);
        Converts<float, double>(TensorType.Float32, TensorType.Float64, 0.1f, (double)0.1f);
        Converts<float, double>(TensorType.Float32, TensorType.Float64, float.NaN, double.NaN);
        Converts<double, long>(TensorType.Float64, TensorType.Int64, 7.0, 7L);
        Converts<double, long>(TensorType.Float64, TensorType.Int64, 7.5, null);
        Converts<double, long>(TensorType.Float64, TensorType.Int64, 9223372036854775808.0, null);
        Converts<double, long>(TensorType.Float64, TensorType.Int64, double.NaN, null);
        Converts<double, byte>(TensorType.Float64, TensorType.UInt8, 256, null);
        Converts<double, byte>(TensorType.Float64, TensorType.UInt8, -1, null);
        Converts<Half, int>(TensorType.Float16, TensorType.Int32, Half.NegativeInfinity, null);
        Converts<Half, int>(TensorType.Float16, TensorType.Int32, Half.PositiveInfinity, null);
        Converts<long, int>(TensorType.Int64, TensorType.Int32, 1L << 31, null);
        Converts<long, ulong>(TensorType.Int64, TensorType.UInt64, -1, null);
        Converts<ulong, long>(TensorType.UInt64, TensorType.Int64, ulong.MaxValue, null);
        Converts<byte, double>(TensorType.Bool, TensorType.Float64, 1, 1.0);
        Converts<byte, long>(TensorType.Bool, TensorType.Int64, 1, 1L);
        Converts<long, byte>(TensorType.Int64, TensorType.Bool, 1, null);
    }

    [Fact]
    public void A_value_that_does_not_fit_is_shown()
    {
        var signature = new ModelSignature([new("n", TensorType.Int64, [-1])], [], Tabular: false);
        Doubles("n", [2], 1, 7.5);

        Assert.Equal("Input 'n' is FP64 and holds 7.5, which INT64, the type bike-demand takes, cannot hold exactly.", Error(signature));
    }

    [Fact]
    public void Good_inputs_are_checked_without_allocation()
    {
        void Check()
        {
            _inputs.Clear();
            for (var i = 0; i < 30; i++)
            {
                // Names of the signature, as a parser that knows it hands them out.
                _inputs.Add(Thirty.Inputs[29 - i].Name, i % 2 == 0 ? TensorType.Float32 : TensorType.Float64, [4, 1]).Raw.Clear();
            }

            SignatureCheck.Apply(Thirty, _inputs, "bike-demand");
        }

        for (var i = 0; i < 100; i++)
        {
            Check();
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        Check();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static ModelSignature Thirty { get; } = new([.. Enumerable.Range(0, 30).Select(i => new TensorSpec($"c{i}", TensorType.Float64, [-1]))], [], Tabular: true);

    private void Converts<TSource, TTarget>(TensorType from, TensorType to, TSource sent, TTarget? expected)
        where TSource : unmanaged
        where TTarget : unmanaged
    {
        var signature = new ModelSignature([new("n", to, [-1])], [], Tabular: false);
        _inputs.Clear();
        _inputs.Add("n", from, [1]).Values<TSource>()[0] = sent;
        if (expected is { } value)
        {
            Apply(signature);
            Assert.Equal(to, _inputs[0].Type);
            Assert.Equal(value, _inputs[0].Values<TTarget>()[0]);
        }
        else
        {
            Assert.Contains("Input 'n' ", Error(signature), StringComparison.Ordinal);
        }
    }

    private void Refused(string message, params Action[] inputs)
    {
        _inputs.Clear();
        foreach (var add in inputs)
        {
            add();
        }

        Assert.Equal(message, Error(Table));
    }

    private string Error(ModelSignature signature)
    {
        var error = Assert.Throws<SlipwayException>(() => Apply(signature));
        Assert.Equal(ErrorKind.InvalidInput, error.Kind);
        return error.Message;
    }

    private int Apply(ModelSignature signature) => SignatureCheck.Apply(signature, _inputs, "bike-demand");

    private void Doubles(string name, long[] shape, params double[] values) => values.CopyTo(_inputs.Add(name, TensorType.Float64, shape).Values<double>());

    private void Text(string name, params string[] values)
    {
        var items = _inputs.Add(name, TensorType.Bytes, [values.Length]).Items;
        for (var i = 0; i < values.Length; i++)
        {
            items[i] = System.Text.Encoding.UTF8.GetBytes(values[i]);
        }
    }
}
