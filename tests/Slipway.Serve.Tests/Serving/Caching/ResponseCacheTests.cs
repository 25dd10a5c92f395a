using System.Text;
using CsCheck;
using Slipway.Inference.Tensors;
using Slipway.Serving;
using Slipway.Serving.Caching;
using Slipway.Serving.Engine;

namespace Slipway.Serve.Tests.Serving.Caching;

public sealed class ResponseCacheTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_same_inputs_are_run_once_and_answered_twice()
    {
        using var calls = new CachedCalls();

        var first = await calls.ScoreAsync(calls.Call([1, 2], "a", null, ""), Cancel);
        var second = await calls.ScoreAsync(calls.Call([1, 2], "a", null, ""), Cancel);

        Assert.Equal((1, false, true), (calls.Model.Runs, first.FromCache, second.FromCache));
        Assert.Equal(Text(first.Outputs), Text(second.Outputs));
        Assert.Equal("x Float64 [1,2] 1 2; t Bytes [3] a null '' ", Text(second.Outputs));
        Assert.Equal(0, second.Timing.Run);
        Assert.NotEqual(first.Id, second.Id);
    }

    [Fact]
    public async Task A_kept_answer_does_not_change_with_the_buffers_that_it_came_from()
    {
        using var calls = new CachedCalls();
        var bytes = Encoding.UTF8.GetBytes("abc");
        var first = calls.Call([1], "abc");
        first.Inputs[1].Items[0] = bytes;
        await calls.ScoreAsync(first, Cancel);
        first.Outputs[0].Values<double>()[0] = 99;
        bytes[0] = (byte)'z';

        var second = await calls.ScoreAsync(calls.Call([1], "abc"), Cancel);

        Assert.True(second.FromCache);
        Assert.Equal("x Float64 [1,1] 1; t Bytes [1] abc ", Text(second.Outputs));
    }

    [Fact]
    public void Two_calls_share_an_answer_exactly_when_their_content_is_equal()
    {
        var number = OneOf(0.0, -0.0, 1.0, double.NaN);
        var text = OneOf(null, "", "a", "ab", "b");
        var content = Gen.Select(number.Array[0, 3], text.Array[0, 3], OneOf("x", "t", "x,t", ""));

        // Independent contents hardly ever agree in all parts, so each part of the second is the first's as often as not.
        Gen.Select(content, content, Gen.Bool.Array[3]).Sample(
            (first, other, same) =>
            {
                using var calls = new CachedCalls();
                var second = (same[0] ? first.Item1 : other.Item1, same[1] ? first.Item2 : other.Item2, same[2] ? first.Item3 : other.Item3);
                Score(calls, first);

                return Score(calls, second).FromCache == (Text(first) == Text(second));
            },
            iter: 2000);

        static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

        static InferenceCall Score(CachedCalls calls, (double[] Numbers, string?[] Texts, string Outputs) content)
        {
            var call = calls.Call(content.Numbers, content.Texts);
            foreach (var output in content.Outputs.Split(',', StringSplitOptions.RemoveEmptyEntries))
            {
                call.RequestedOutputs.Add(output);
            }

            var scored = calls.ScoreAsync(call, Cancel);
            Assert.True(scored.IsCompletedSuccessfully);
            return call;
        }

        // Minus zero and zero are different bytes.
        static string Text((double[] Numbers, string?[] Texts, string Outputs) content) =>
            $"{string.Join(' ', content.Numbers.Select(BitConverter.DoubleToInt64Bits))}|{string.Join(' ', content.Texts.Select(t => t is null ? "null" : $"'{t}'"))}|{content.Outputs}";
    }

    [Fact]
    public async Task Inputs_of_another_shape_name_or_type_are_other_inputs()
    {
        using var calls = new CachedCalls();
        await calls.ScoreAsync(Matrix("x", TensorType.Float64, 1, 2), Cancel);

        Assert.True((await calls.ScoreAsync(Matrix("x", TensorType.Float64, 1, 2), Cancel)).FromCache);
        Assert.False((await calls.ScoreAsync(Matrix("x", TensorType.Float64, 2, 1), Cancel)).FromCache);
        Assert.False((await calls.ScoreAsync(Matrix("x", TensorType.Float64, 2), Cancel)).FromCache);
        Assert.False((await calls.ScoreAsync(Matrix("y", TensorType.Float64, 1, 2), Cancel)).FromCache);
        Assert.False((await calls.ScoreAsync(Matrix("x", TensorType.Int64, 1, 2), Cancel)).FromCache);

        InferenceCall Matrix(string name, TensorType type, params long[] shape)
        {
            var call = calls.Call([]);
            call.Inputs.Clear();
            call.Inputs.Add(name, type, shape).Raw.Clear();
            return call;
        }
    }

    [Fact]
    public async Task Inputs_that_share_a_hash_share_no_answer()
    {
        using var calls = new CachedCalls(hash: (_, _) => 7);

        var one = await calls.ScoreAsync(Cancel, 1);
        var two = await calls.ScoreAsync(Cancel, 2);
        var again = await calls.ScoreAsync(Cancel, 1);

        Assert.Equal((false, false, true), (one.FromCache, two.FromCache, again.FromCache));
        Assert.Equal((1.0, 2.0, 1.0), (First(one), First(two), First(again)));
    }

    [Fact]
    public async Task Inputs_that_share_a_hash_do_not_wait_for_each_other()
    {
        using var calls = new CachedCalls(hash: (_, _) => 7);
        calls.Model.Held = true;
        var one = Task.Run(() => calls.ScoreAsync(Cancel, 1), Cancel);
        await calls.Model.EnteredAsync(Cancel);

        var two = Task.Run(() => calls.ScoreAsync(Cancel, 2), Cancel);
        await calls.Model.EnteredAsync(Cancel);
        calls.Model.Let(2);

        Assert.Equal((1.0, 2.0), (First(await one), First(await two)));
    }

    [Fact]
    public async Task An_answer_is_kept_for_its_time_and_not_longer()
    {
        using var calls = new CachedCalls();
        await calls.ScoreAsync(Cancel, 1);

        calls.Time.Advance(TimeSpan.FromSeconds(59));
        Assert.True((await calls.ScoreAsync(Cancel, 1)).FromCache);
        calls.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.False((await calls.ScoreAsync(Cancel, 1)).FromCache);
        calls.Time.Advance(TimeSpan.FromSeconds(59));

        // The second run's answer is young again.
        Assert.True((await calls.ScoreAsync(Cancel, 1)).FromCache);
        Assert.Equal(2, calls.Model.Runs);
    }

    [Fact]
    public async Task Kept_answers_stay_within_their_bytes_and_the_least_used_go_first()
    {
        const int Bytes = 64 << 10;
        using var calls = new CachedCalls(Bytes);
        for (var i = 0; i < 1000; i++)
        {
            await calls.ScoreAsync(Cancel, i);
            await calls.ScoreAsync(Cancel, 0);
            Assert.InRange(calls.Cache.Read().Bytes, 1, Bytes);
        }

        var figures = calls.Cache.Read();
        Assert.InRange(figures.Answers, 50, 300);
        Assert.Equal(1000, figures.Answers + figures.Evictions);
        Assert.Equal(1000, calls.Model.Runs);
        Assert.True((await calls.ScoreAsync(Cancel, 999)).FromCache);
        Assert.True((await calls.ScoreAsync(Cancel, 0)).FromCache);
        Assert.False((await calls.ScoreAsync(Cancel, 1)).FromCache);
    }

    [Fact]
    public async Task Answers_that_are_too_old_make_room_first_and_are_no_evictions()
    {
        using var calls = new CachedCalls(64 << 10);
        for (var i = 0; i < 20; i++)
        {
            await calls.ScoreAsync(Cancel, i);
        }

        calls.Time.Advance(TimeSpan.FromHours(1));
        await calls.ScoreAsync(Cancel, 1);

        Assert.Equal((1, 0), (calls.Cache.Read().Answers, calls.Cache.Read().Evictions));
    }

    [Fact]
    public async Task A_request_or_an_answer_that_is_larger_than_the_cache_is_answered_and_not_kept()
    {
        using var calls = new CachedCalls(2000);
        foreach (var length in new[] { 150, 500 })
        {
            Assert.False((await calls.ScoreAsync(Cancel, new double[length])).FromCache);
            Assert.False((await calls.ScoreAsync(Cancel, new double[length])).FromCache);
        }

        Assert.Equal((0, 0), (calls.Cache.Read().Answers, calls.Cache.Read().Bytes));
    }

    [Theory]
    [InlineData(null, 1000)]
    [InlineData(0, 1000)]
    [InlineData(60, 0)]
    public void A_deployment_that_wants_none_has_none(int? seconds, long bytes) => Assert.Null(
        ResponseCache.Create(
            new ServeSettings { CacheFor = seconds is { } s ? TimeSpan.FromSeconds(s) : null, CacheBytes = bytes }, TimeProvider.System, former: null));

    [Fact]
    public void A_cache_goes_on_while_its_settings_are_the_same()
    {
        var settings = new ServeSettings { CacheFor = TimeSpan.FromMinutes(1) };
        var cache = ResponseCache.Create(settings, TimeProvider.System, former: null);

        Assert.Same(cache, ResponseCache.Create(settings with { MaxBatch = 3 }, TimeProvider.System, cache));
        Assert.NotSame(cache, ResponseCache.Create(settings with { CacheFor = TimeSpan.FromMinutes(2) }, TimeProvider.System, cache));
        Assert.NotSame(cache, ResponseCache.Create(settings with { CacheBytes = 1 << 20 }, TimeProvider.System, cache));
        Assert.NotSame(cache, ResponseCache.Create(settings with { Timeout = TimeSpan.FromSeconds(1) }, TimeProvider.System, cache));
    }

    private static double First(InferenceCall call) => call.Outputs[0].Values<double>()[0];

    private static string Text(TensorSet tensors)
    {
        var text = new StringBuilder();
        for (var i = 0; i < tensors.Count; i++)
        {
            var tensor = tensors[i];
            text.Append($"{tensor.Name} {tensor.Type} [{string.Join(',', tensor.Shape.ToArray())}] ");
            text.Append(
                tensor.Type == TensorType.Bytes
                    ? string.Concat(tensor.Items.ToArray().Select(t => t is not { } item ? "null " : item.Length == 0 ? "'' " : $"{Encoding.UTF8.GetString(item.Span)} "))
                    : $"{string.Join(' ', tensor.Values<double>().ToArray())}; ");
        }

        return text.ToString();
    }
}
