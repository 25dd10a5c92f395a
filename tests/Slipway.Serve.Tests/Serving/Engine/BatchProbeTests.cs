using Slipway.Inference;
using Slipway.Inference.Tensors;
using Slipway.Serving.Engine;

namespace Slipway.Serve.Tests.Serving.Engine;

public sealed class BatchProbeTests
{
    [Fact]
    public void A_table_of_columns_can_be_run_together() => Assert.Null(BatchProbe.WhyNot(new GateModel()));

    [Fact]
    public void A_model_whose_rows_do_not_depend_on_each_other_can_be_run_together() => Assert.Null(BatchProbe.WhyNot(new SumModel([-1, 3], (row, _) => row)));

    [Fact]
    public void A_model_that_looks_at_the_rows_before_cannot() => Assert.Equal(
        "its 'y' of a row depends on the rows beside it", BatchProbe.WhyNot(new SumModel([-1, 3], (row, before) => row + before)));

    [Fact]
    public void A_model_with_a_fixed_number_of_rows_cannot() => Assert.Equal(
        "the first dimension of 'x' is not open", BatchProbe.WhyNot(new SumModel([1, 3], (row, _) => row)));

    [Fact]
    public void Where_another_dimension_is_open_too_a_length_that_the_model_takes_is_found() => Assert.Null(
        BatchProbe.WhyNot(new SumModel([-1, -1], (row, _) => row) { Shortest = 8 }));

    [Fact]
    public void A_model_that_takes_no_made_up_rows_cannot_and_says_why() => Assert.Equal(
        "it could not score made-up rows (Too short.)", BatchProbe.WhyNot(new SumModel([-1, -1], (row, _) => row) { Shortest = 1000 }));

    /// <summary>Answers a row with what becomes of its sum and the sum of all rows before it.</summary>
    private sealed class SumModel(long[] shape, Func<float, float, float> answer) : IModel
    {
        public int Shortest { get; init; }

        public string Format => "sum";

        public ModelSignature Signature { get; } =
            new([new TensorSpec("x", TensorType.Float32, shape)], [new TensorSpec("y", TensorType.Float32, [-1])], Tabular: false);

        public void Run(TensorSet inputs, TensorSet outputs)
        {
            outputs.Clear();
            var x = inputs[0];
            var (rows, width) = ((int)x.Shape[0], (int)x.Shape[1]);
            if (width < Shortest)
            {
                throw new InvalidOperationException("Too short.");
            }

            var y = outputs.Add("y", TensorType.Float32, [rows]).Values<float>();
            var before = 0f;
            for (var row = 0; row < rows; row++)
            {
                var sum = 0f;
                foreach (var value in x.Values<float>().Slice(row * width, width))
                {
                    sum += value;
                }

                y[row] = answer(sum, before);
                before += sum;
            }
        }

        public void Dispose()
        {
        }
    }
}
