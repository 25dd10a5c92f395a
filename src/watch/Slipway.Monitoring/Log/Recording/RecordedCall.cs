using Slipway.Core.Names;
using Slipway.Inference;
using Slipway.Inference.Tensors;
using Slipway.Serving;

namespace Slipway.Monitoring.Log.Recording;

/// <summary>What the log reads of a call. Lives as long as the call's turn in <see cref="IPredictionSink.Record"/>: tensors and fields are the call's own.</summary>
internal readonly record struct RecordedCall()
{
    public required string Deployment { get; init; }

    public required VersionReference Version { get; init; }

    public required string Role { get; init; }

    public string? Rollout { get; init; }

    public double Weight { get; init; }

    /// <summary>The share of calls like this one that is recorded.</summary>
    public double Share { get; init; } = 1;

    public bool Randomised { get; init; }

    public bool Failed { get; init; }

    /// <summary>Why it failed; null where it did not.</summary>
    public CallError? Error { get; init; }

    public string? RequestId { get; init; }

    public Guid GeneratedId { get; init; }

    public required DateTimeOffset ArrivedAt { get; init; }

    public TimeSpan Duration { get; init; }

    /// <summary>Where the time went, and who shared the run.</summary>
    public CallTimes Timing { get; init; }

    /// <summary>Rows scored; a failed call is one row whatever this says.</summary>
    public int Rows { get; init; }

    public required RowFields Fields { get; init; }

    /// <summary>What the version takes, where its columns can be sent as one matrix; null where nothing is known of it.</summary>
    public ModelSignature? Signature { get; init; }

    public required TensorSet Inputs { get; init; }

    public required TensorSet Outputs { get; init; }

    /// <summary>What is read of <paramref name="call"/>; null when it is not recorded: the caller's mistake, or nothing was scored and no version is to blame.</summary>
    /// <param name="call">The call.</param>
    /// <param name="tick">The microseconds of a timestamp's tick.</param>
    public static RecordedCall? Of(InferenceCall call, double tick)
    {
        if (call.Failure == CallFailure.Caller || call.Version is not { } version || (call.Failure == CallFailure.None && call.Rows == 0))
        {
            return null;
        }

        return new RecordedCall
        {
            Deployment = call.Deployment,
            Version = version,
            Role = call.Role ?? "",
            Rollout = call.Candidate?.Rollout,
            Weight = call.Candidate?.Weight ?? 0,
            Randomised = call.Randomised,
            Failed = call.Failure == CallFailure.Server,
            Error = call.Failure == CallFailure.Server ? CallError.Of(call.Error) : null,
            RequestId = call.RequestId,
            GeneratedId = call.GeneratedId,
            ArrivedAt = call.ArrivedAt,
            Duration = call.Duration,
            Timing = CallTimes.Of(call, tick),
            Rows = call.Rows,
            Fields = call.Fields,
            Signature = call.Signature,
            Inputs = call.Inputs,
            Outputs = call.Outputs,
        };
    }
}

/// <summary>Where a call's time went, in microseconds, and who shared its run.</summary>
internal readonly record struct CallTimes(float Parse, float Queue, float Run, float Write, long Batch, int BatchRows)
{
    /// <summary>What stands for the number of the run where the model did not run for the call.</summary>
    public const long FromCache = -1;

    public static CallTimes Of(InferenceCall call, double tick)
    {
        ref readonly var timing = ref call.Timing;
        var batch = call.FromCache ? FromCache : call.BatchId;
        return new CallTimes((float)(timing.Parse * tick), (float)(timing.Queue * tick), (float)(timing.Run * tick), (float)(timing.Write * tick), batch, call.BatchRows);
    }
}
