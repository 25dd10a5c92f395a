using Microsoft.Extensions.Time.Testing;
using Slipway.Core.Errors;
using Slipway.Inference;
using Slipway.Inference.Onnx;
using Slipway.Inference.Tensors;

namespace Slipway.Core.Tests.Inference;

public sealed class ThreadProbeTests
{
    [Theory]
    [InlineData(0.9, 2, 0.1, 1)]
    [InlineData(1.0, 2, 0.66, 2)]
    [InlineData(1.0, 2, 0.68, 1)]
    [InlineData(10.0, 4, 4.0, 4)]
    [InlineData(10.0, 4, 4.1, 1)]
    [InlineData(10.0, 16, 1.1, 16)]
    [InlineData(10.0, 16, 1.2, 1)]
    [InlineData(10.0, 2, null, 1)]
    [InlineData(null, 8, null, 8)]
    public void All_threads_are_taken_where_a_run_is_long_and_each_further_one_gives_half_of_what_it_could(double? one, int most, double? all, int chosen)
    {
        static TimeSpan? Of(double? milliseconds) => milliseconds is { } value ? TimeSpan.FromMilliseconds(value) : null;

        Assert.Equal(chosen, ThreadProbe.Choose(Of(one), most, Of(all)));
    }

    [Fact]
    public void A_short_run_takes_one_thread_and_is_measured_with_one_alone()
    {
        var (session, info) = Open(new ModelLoadOptions(Threads: 0), processors: 4, tick: TimeSpan.Zero);
        using (session)
        {
            Assert.Equal(1, info.Threads);
            Assert.Equal(4, info.Instances);
            Assert.Equal(new ThreadProbeResult(TimeSpan.Zero, 4, null), info.Probe);
        }
    }

    [Fact]
    public void A_long_run_is_measured_with_all_threads_too()
    {
        // Every look at the clock finds it a little later, so each run takes 5 ms, whatever its threads.
        var (session, info) = Open(new ModelLoadOptions(Threads: 0), processors: 4, tick: TimeSpan.FromMilliseconds(5));
        using (session)
        {
            Assert.Equal(new ThreadProbeResult(TimeSpan.FromMilliseconds(5), 4, TimeSpan.FromMilliseconds(5)), info.Probe);
            Assert.Equal(1, info.Threads);
        }
    }

    [Fact]
    public void A_run_that_does_not_end_in_time_is_cut_off_and_takes_all_threads_and_later_runs_go_on()
    {
        var (session, info) = Open(new ModelLoadOptions(Threads: 0) { Instances = 2 }, processors: 4, tick: ThreadProbe.Limit);
        using (session)
        {
            Assert.Equal(new ThreadProbeResult(null, 2, null), info.Probe);
            Assert.Equal(2, info.Threads);
            Assert.Equal(2, info.Instances);

            TensorSet inputs = new(), outputs = new();
            inputs.Add("x", TensorType.Float32, [1, 3]).Values<float>().Fill(1);
            session.Run(inputs, outputs);
            Assert.Equal(3.75f, outputs[0].Values<float>()[0]);
        }
    }

    [Theory]
    [InlineData(1, 0, 4, 1, 4, false)]
    [InlineData(2, 0, 4, 2, 2, false)]
    [InlineData(4, 2, 4, 2, 2, true)]
    [InlineData(8, 0, 4, 4, 1, true)]
    [InlineData(1, 8, 4, 1, 8, false)]
    [InlineData(0, 4, 4, 1, 4, false)]
    public void Instances_and_threads_never_ask_for_more_than_the_processors(int asked, int instances, int processors, int threads, int side, bool told)
    {
        var (session, info) = Open(new ModelLoadOptions(asked) { Instances = instances }, processors, TimeSpan.Zero);
        using (session)
        {
            Assert.Equal(threads, info.Threads);
            Assert.Equal(side, info.Instances);
            Assert.Equal(told, info.Note is not null);
            Assert.Null(info.Probe);
        }
    }

    [Fact]
    public void A_model_that_cannot_score_zeros_is_loaded_and_says_that_nothing_was_measured()
    {
        var (session, info) = OnnxSessionFactory.Open(TestModels.Path("refuses-zeros.onnx"), new ModelLoadOptions(Threads: 0), processors: 2, TimeProvider.System);
        using (session)
        {
            Assert.Equal(1, info.Threads);
            Assert.StartsWith("The model cannot score zeros", info.Note, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_measured_model_answers()
    {
        using var model = ModelLoader.Load(TestModels.Path("linear.onnx"), new ModelLoadOptions(Threads: 0));
        TensorSet inputs = new(), outputs = new();
        inputs.Add("x", TensorType.Float32, [1, 3]).Values<float>().Fill(1);
        model.Run(inputs, outputs);

        Assert.Equal(3.75f, outputs[0].Values<float>()[0]);
        Assert.Equal("cpu", model.LoadInfo.Device);
        Assert.True(model.LoadInfo.LoadTime > TimeSpan.Zero);
        Assert.InRange(model.LoadInfo.Threads * model.LoadInfo.Instances, 1, Environment.ProcessorCount);
    }

    [Theory]
    [InlineData(-1, 0)]
    [InlineData(0, -1)]
    [InlineData(1025, 0)]
    public void Numbers_that_cannot_be_are_refused(int threads, int instances)
    {
        var error = Assert.Throws<SlipwayException>(() => ModelLoader.Load(TestModels.Path("linear.onnx"), new ModelLoadOptions(threads) { Instances = instances }));

        Assert.Equal(ErrorKind.InvalidInput, error.Kind);
        Assert.Contains($"not with {threads} and {instances}.", error.Message, StringComparison.Ordinal);
    }

    private static (OnnxSession Session, ModelLoadInfo Info) Open(ModelLoadOptions options, int processors, TimeSpan tick) =>
        OnnxSessionFactory.Open(TestModels.Path("linear.onnx"), options, processors, new FakeTimeProvider { AutoAdvanceAmount = tick });
}
