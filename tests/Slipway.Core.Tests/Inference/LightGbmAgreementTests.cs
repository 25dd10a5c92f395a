using CsCheck;
using Slipway.Inference;
using Slipway.Inference.Tensors;

namespace Slipway.Core.Tests.Inference;

public sealed class LightGbmAgreementTests : IDisposable
{
    private const int Columns = 6;
    private const int TrainingRows = 400;

    // What rows are made of: ordinary numbers beside all that LightGBM treats specially.
    private static readonly double[] Special =
    [
        double.NaN, double.PositiveInfinity, double.NegativeInfinity, 0.0, -0.0, 1e-35f, -1e-35f, 1e-36, -1e-36, 2e-35, -2e-35,
        double.MaxValue, double.MinValue, double.Epsilon, -0.5, -1.0, -1e-9, 1e10, -1e10, 4294967296.0, 2147483648.0, 31.0, 32.0, 33.0, 1000.0, 0.999999,
    ];

    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("objective=regression")]
    [InlineData("objective=regression reg_sqrt=true")]
    [InlineData("objective=regression_l1 reg_sqrt=true")]
    [InlineData("objective=huber")]
    [InlineData("objective=fair")]
    [InlineData("objective=quantile alpha=0.8")]
    [InlineData("objective=mape")]
    [InlineData("objective=poisson")]
    [InlineData("objective=gamma")]
    [InlineData("objective=tweedie")]
    [InlineData("objective=binary")]
    [InlineData("objective=binary sigmoid=2.5")]
    [InlineData("objective=cross_entropy")]
    [InlineData("objective=cross_entropy_lambda")]
    [InlineData("objective=multiclass num_class=3")]
    [InlineData("objective=multiclassova num_class=3 sigmoid=0.7")]
    [InlineData("objective=regression boosting=rf bagging_freq=1 bagging_fraction=0.6")]
    [InlineData("objective=binary boosting=rf bagging_freq=1 bagging_fraction=0.6")]
    [InlineData("objective=multiclass num_class=3 boosting=rf bagging_freq=1 bagging_fraction=0.6")]
    [InlineData("objective=regression boosting=dart")]
    [InlineData("objective=regression zero_as_missing=true")]
    [InlineData("objective=regression use_missing=false")]
    [InlineData("objective=binary zero_as_missing=true categorical_feature=4,5")]
    [InlineData("objective=regression categorical_feature=4,5")]
    [InlineData("objective=multiclass num_class=3 categorical_feature=4,5 max_cat_to_onehot=1")]
    [InlineData("objective=regression num_leaves=2")]
    [InlineData("objective=regression num_leaves=127 min_data_in_leaf=1 categorical_feature=5 cat_smooth=0 cat_l2=0 min_data_per_group=1")]
    [InlineData("objective=regression min_gain_to_split=1e9")]
    public void Predictions_are_those_of_LightGBM_itself(string parameters)
    {
        var text = Train(parameters, rounds: 21);
        using var model = ModelLoader.Load(_folder.Write("model.txt", text), new ModelLoadOptions());

        Gen.Double[-60, 60].Select(Gen.Int[0, Special.Length - 1], Gen.Int[0, 9], (number, special, kind) => kind < 3 ? Special[special] : kind < 6 ? Math.Round(number) : number)
            .Array[Columns, 40 * Columns]
            .Sample(
                values =>
                {
                    var rows = values.AsSpan(0, values.Length / Columns * Columns).ToArray();
                    AssertEqual(LightGbmLibrary.Predict(text, rows, Columns), Predict(model, rows));
                },
                iter: 60,
                threads: 1);
    }

    [Fact]
    public void A_batch_gives_the_same_bits_as_its_rows_one_by_one()
    {
        using var model = ModelLoader.Load(_folder.Write("model.txt", Train("objective=multiclass num_class=3 categorical_feature=5", rounds: 21)), new ModelLoadOptions());
        var rows = Rows(new Random(7), 131);
        var batch = Predict(model, rows);
        var single = Enumerable.Range(0, 131).SelectMany(row => Predict(model, rows.AsSpan(row * Columns, Columns).ToArray())).ToArray();

        Assert.Equal(single.Select(BitConverter.DoubleToInt64Bits), batch.Select(BitConverter.DoubleToInt64Bits));
    }

    [Fact]
    public void Values_on_a_threshold_go_the_way_LightGBM_sends_them()
    {
        var text = Train("objective=regression zero_as_missing=true", rounds: 10);
        using var model = ModelLoader.Load(_folder.Write("model.txt", text), new ModelLoadOptions());
        var thresholds = text.Split('\n').Where(line => line.StartsWith("threshold=", StringComparison.Ordinal))
            .SelectMany(line => line["threshold=".Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Select(word => double.Parse(word, System.Globalization.CultureInfo.InvariantCulture))
            .SelectMany(value => new[] { value, Math.BitIncrement(value), Math.BitDecrement(value) });

        var rows = thresholds.SelectMany(value => Enumerable.Repeat(value, Columns)).ToArray();

        AssertEqual(LightGbmLibrary.Predict(text, rows, Columns), Predict(model, rows));
    }

    public void Dispose() => _folder.Dispose();

    internal static double[] Predict(IModel model, double[] rows)
    {
        var inputs = new TensorSet();
        var outputs = new TensorSet();
        var columns = model.Signature.Inputs.Count;
        rows.CopyTo(inputs.Add("rows", TensorType.Float64, [rows.Length / columns, columns]).Values<double>());
        Assert.Equal(rows.Length / columns, SignatureCheck.Apply(model.Signature, inputs));
        model.Run(inputs, outputs);
        return outputs[0].Values<double>().ToArray();
    }

    private static void AssertEqual(double[] expected, double[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            // 1e-12, relative where the numbers are large.
            Assert.True(
                Math.Abs(expected[i] - actual[i]) <= 1e-12 * Math.Max(1.0, Math.Abs(expected[i])) || expected[i].Equals(actual[i]),
                $"value {i}: LightGBM says {expected[i]:R}, and we {actual[i]:R}");
        }
    }

    private static string Train(string parameters, int rounds)
    {
        var random = new Random(42);
        var rows = Rows(random, TrainingRows);
        var labels = new float[TrainingRows];
        for (var i = 0; i < TrainingRows; i++)
        {
            var row = rows.AsSpan(i * Columns, Columns);
            var signal = (double.IsNaN(row[0]) ? 20 : row[0]) + (row[1] > 3 ? 10 : 0) + (double.IsNaN(row[5]) ? 30 : ((int)row[5] * 37) % 50) + (row[2] == 0 ? 15 : 0) + random.NextDouble();
            labels[i] = parameters.Contains("num_class", StringComparison.Ordinal) ? (int)Math.Abs(signal) % 3
                : parameters.Contains("binary", StringComparison.Ordinal) || parameters.Contains("cross_entropy", StringComparison.Ordinal) ? (signal > 25 ? 1 : 0)
                : (float)Math.Abs(signal) + 0.1f;
        }

        return LightGbmLibrary.Train(rows, Columns, labels, parameters, rounds);
    }

    // Columns 0 to 3 are numbers, with gaps and zeros; 4 and 5 hold small whole numbers that can be categories.
    private static double[] Rows(Random random, int count)
    {
        var rows = new double[count * Columns];
        for (var i = 0; i < rows.Length; i++)
        {
            var column = i % Columns;
            rows[i] = column >= 4 ? random.Next(column == 4 ? 5 : 60) : (random.NextDouble() * 100) - 50;
            rows[i] = random.Next(8) switch
            {
                0 => double.NaN,
                1 when column < 4 => 0,
                _ => rows[i],
            };
        }

        return rows;
    }
}
