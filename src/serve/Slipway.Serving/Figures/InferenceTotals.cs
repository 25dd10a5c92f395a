namespace Slipway.Serving.Figures;

/// <summary>
/// Where the time of a version's requests went, added up since the process started: what the statistics of the Open Inference Protocol tell. Recording takes the lock of the processor's stripe and
/// allocates nothing.
/// </summary>
internal sealed class InferenceTotals
{
    // Sizes up to here are counted one by one, larger ones under the next power of two: a model sees few sizes, and a caller could send any.
    private const int ExactSizes = 64;
    private const int Sizes = ExactSizes + 26;

    private readonly TimeProvider _time;
    private readonly Stripe[] _stripes;

    public InferenceTotals(TimeProvider time)
    {
        _time = time;
        _stripes = new Stripe[Math.Clamp(Environment.ProcessorCount, 1, 16)];
        for (var i = 0; i < _stripes.Length; i++)
        {
            _stripes[i] = new Stripe();
        }
    }

    /// <summary>Counts a call that is over. One that failed before it was scored has no rows, and only its failure is counted.</summary>
    /// <param name="timing">The call's times.</param>
    /// <param name="duration">From its arrival to its end, in timestamps.</param>
    /// <param name="rows">The rows that it had scored.</param>
    /// <param name="batchRows">The rows of the run that scored them, those of other calls among them.</param>
    /// <param name="failed">True when the answer was an error.</param>
    public void Record(in CallTiming timing, long duration, int rows, int batchRows, bool failed)
    {
        var now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        var stripe = _stripes[Thread.GetCurrentProcessorId() % _stripes.Length];
        lock (stripe)
        {
            var sum = stripe.Sum;
            sum.LastAt = Math.Max(sum.LastAt, now);
            if (failed)
            {
                sum.Fail.Add(1, duration);
            }
            else
            {
                sum.Success.Add(1, duration);
                sum.Queue.Add(1, timing.Queue);
            }

            // Without a run the answer was there already.
            if (rows == 0 || !timing.HasRun)
            {
                return;
            }

            if (!failed)
            {
                sum.Rows += rows;
                sum.Input.Add(1, timing.Input);
                sum.Run.Add(1, timing.Run);
                sum.Output.Add(1, timing.Output);
            }

            // Calls of one run share it by their rows, so that their parts add up to one run and its time.
            var share = (double)rows / Math.Max(rows, batchRows);
            ref var batch = ref stripe.Batches[IndexOf(Math.Max(rows, batchRows))];
            batch.Runs += share;
            batch.Input += timing.Input * share;
            batch.Run += timing.Run * share;
            batch.Output += timing.Output * share;
        }
    }

    /// <summary>Adds the stripes up. Times are in nanoseconds.</summary>
    public StageFigures Read()
    {
        var sum = new Sums();
        var batches = new Batch[Sizes];
        foreach (var stripe in _stripes)
        {
            lock (stripe)
            {
                sum.Merge(stripe.Sum);
                for (var i = 0; i < Sizes; i++)
                {
                    batches[i].Merge(stripe.Batches[i]);
                }
            }
        }

        var sizes = new List<BatchFigures>();
        for (var i = 0; i < Sizes; i++)
        {
            if (batches[i].Runs > 0)
            {
                var runs = (long)Math.Round(batches[i].Runs);
                sizes.Add(new BatchFigures(
                    SizeOf(i), Figure(runs, batches[i].Input), Figure(runs, batches[i].Run), Figure(runs, batches[i].Output)));
            }
        }

        return new StageFigures(
            sum.LastAt, sum.Rows, sizes.Sum(s => s.Run.Count), Figure(sum.Success), Figure(sum.Fail), Figure(sum.Queue), Figure(sum.Input), Figure(sum.Run), Figure(sum.Output), sizes);
    }

    private static int IndexOf(int rows) => rows <= ExactSizes ? rows - 1 : ExactSizes + (int)Math.Log2((uint)rows - 1) - 6;

    private static long SizeOf(int index) => index < ExactSizes ? index + 1 : 1L << (index - ExactSizes + 7);

    private StageFigure Figure(Amount amount) => Figure(amount.Count, amount.Ticks);

    private StageFigure Figure(long count, double ticks) => new(count, (long)Math.Round(ticks * 1e9 / _time.TimestampFrequency));

    private struct Amount
    {
        public long Count;
        public long Ticks;

        public void Add(long count, long ticks)
        {
            Count += count;
            Ticks += ticks;
        }
    }

    private struct Batch
    {
        public double Runs;
        public double Input;
        public double Run;
        public double Output;

        public void Merge(in Batch other)
        {
            Runs += other.Runs;
            Input += other.Input;
            Run += other.Run;
            Output += other.Output;
        }
    }

    private sealed class Sums
    {
        public long LastAt;
        public long Rows;
        public Amount Success;
        public Amount Fail;
        public Amount Queue;
        public Amount Input;
        public Amount Run;
        public Amount Output;

        public void Merge(Sums other)
        {
            LastAt = Math.Max(LastAt, other.LastAt);
            Rows += other.Rows;
            Success.Add(other.Success.Count, other.Success.Ticks);
            Fail.Add(other.Fail.Count, other.Fail.Ticks);
            Queue.Add(other.Queue.Count, other.Queue.Ticks);
            Input.Add(other.Input.Count, other.Input.Ticks);
            Run.Add(other.Run.Count, other.Run.Ticks);
            Output.Add(other.Output.Count, other.Output.Ticks);
        }
    }

    private sealed class Stripe
    {
        public Sums Sum { get; } = new();

        public Batch[] Batches { get; } = new Batch[Sizes];
    }
}

/// <summary>A version's requests by what their time went into.</summary>
/// <param name="LastAt">When the last one ended, in milliseconds since 1970; 0 before the first.</param>
/// <param name="Rows">Rows of the successful ones that the model scored.</param>
/// <param name="Runs">Runs of the model.</param>
/// <param name="Success">Requests that were answered, from arrival to answer.</param>
/// <param name="Fail">Requests that were answered with an error.</param>
/// <param name="Queue">Waiting until an instance took them up.</param>
/// <param name="Input">Reading and checking, and putting together with others.</param>
/// <param name="Run">The model itself; requests of one run have the whole of it each.</param>
/// <param name="Output">Taking the common answer apart, and writing the request's own.</param>
/// <param name="Batches">Runs by their size, smallest first; above 64 rows a size is the next power of two.</param>
internal sealed record StageFigures(
    long LastAt,
    long Rows,
    long Runs,
    StageFigure Success,
    StageFigure Fail,
    StageFigure Queue,
    StageFigure Input,
    StageFigure Run,
    StageFigure Output,
    IReadOnlyList<BatchFigures> Batches);

/// <summary>How often, and how long together.</summary>
internal readonly record struct StageFigure(long Count, long Nanoseconds);

/// <summary>The runs of one size.</summary>
internal sealed record BatchFigures(long Rows, StageFigure Input, StageFigure Run, StageFigure Output);
