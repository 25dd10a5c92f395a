using Microsoft.Extensions.Logging;
using Microsoft.Extensions.ObjectPool;
using Slipway.Core.Names;
using Slipway.Inference;
using Slipway.Rollouts;
using Slipway.Serving.Engine;
using Slipway.Serving.Figures;
using Slipway.Serving.Grpc;
using Slipway.Serving.OpenInference;
using Slipway.Serving.Routing;

namespace Slipway.Serving.Warming;

/// <summary>
/// Answers some requests to a version before anybody can send one, on the whole path from their text to the answer's: a model's first run allocates, compiles and fills caches, and no caller should wait for
/// that. What gRPC has of its own (reading its message, writing the other) is gone through with the same inputs and outputs. The calls are nobody's: no figures, no log and no cache see them.
/// </summary>
internal sealed partial class WarmUp(TimeProvider time, ServingOptions options, ILogger log)
{
    /// <summary>The most rounds.</summary>
    public const int MaxRounds = 200;

    /// <summary>No round begins after this time.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(50);

    // The runtime looks at a method again after thirty calls; so two blocks are more than it asks for.
    private const int Block = 16;

    // A row of so many elements is hardly worth the time that its text takes.
    private const long MaxElements = 1 << 20;

    /// <summary>Warms a model up with the example in its folder, else with zeros. Not every model can make sense of zeros, so a failure is told and is no reason to refuse a version.</summary>
    /// <returns>How many requests were answered.</returns>
    public async Task<int> RunAsync(VersionReference reference, IModel model, string folder)
    {
        try
        {
            if (InputExample.Find(folder, model.Signature) is { } example)
            {
                return await RunAsync(reference, model, example);
            }
        }
        catch (Exception e)
        {
            LogExampleFailed(log, reference, e);
        }

        try
        {
            return model.Signature.Inputs.Sum(i => i.Shape.Aggregate(1.0, (count, d) => count * Math.Max(1, d))) > Math.Min(MaxElements, options.MaxElements)
                ? 0
                : await RunAsync(reference, model, InputExample.Zeros(model.Signature));
        }
        catch (Exception e)
        {
            LogNotWarmed(log, reference, e);
            return 0;
        }
    }

    private async Task<int> RunAsync(VersionReference reference, IModel model, byte[] request)
    {
        // A place of its own for everything that a request touches: what it counts is thrown away with it.
        var owner = new LoadedModel(model);
        var runner = new ModelRunner(batches: false, 1, ServeSettings.Default, time);
        var figures = new VersionRecorder(reference, time);
        var version = new ServedVersion("warm-up", Roles.Stable, reference, new LoadedVersion(owner, runner, model.Signature, model.Format, Number: null), figures);
        var state = new DeploymentState("warm-up", new DeployedVersion(reference, ""), null, 0, time.GetUtcNow(), "");
        var route = new ServedDeployment(state, version, candidate: null, previous: null);
        var call = new InferenceCall(new NoPool(), time, sink: null);

        var began = time.GetTimestamp();
        var best = TimeSpan.MaxValue;
        var bestOfBlock = TimeSpan.MaxValue;
        for (var round = 1; ; round++)
        {
            var from = time.GetTimestamp();
            await AnswerAsync(call, route, request);
            var until = time.GetTimestamp();
            var took = time.GetElapsedTime(from, until);
            bestOfBlock = took < bestOfBlock ? took : bestOfBlock;
            if (round == MaxRounds || time.GetElapsedTime(began, until) >= Limit)
            {
                return round;
            }

            if (round % Block == 0)
            {
                // Settled: a block that is hardly faster than the ones before.
                if (bestOfBlock >= 0.9 * best)
                {
                    return round;
                }

                best = bestOfBlock < best ? bestOfBlock : best;
                bestOfBlock = TimeSpan.MaxValue;
            }
        }
    }

    private async ValueTask AnswerAsync(InferenceCall call, ServedDeployment route, byte[] request)
    {
        call.Start(route, pinned: null);
        call.Abandon();
        try
        {
            var version = route.Stable;
            call.Body.Append(request);
            InferRequestParser.Parse(call, options.MaxElements);
            call.Parsed();
            call.Choose(version, candidate: null, randomised: false);
            call.Taken();
            var rows = SignatureCheck.Apply(version.Signature, call.Inputs, call.Deployment);

            // The lease keeps the model: it is its owner's, and this one's count never falls to zero.
            version.Loaded.Model.TryLease(out var lease);
            using (lease)
            {
                await version.Loaded.Runner.RunAsync(call, rows, lease, CancellationToken.None);
            }

            call.Scored(rows);
            AnswerWriter.Write(call);
            TranslateForGrpc(call);
        }
        finally
        {
            call.Dispose();
        }
    }

    // The model needs no second run for it.
    private void TranslateForGrpc(InferenceCall call)
    {
        call.Answer.Clear(int.MaxValue);
        InferAnswerWriter.Write(call, default);
        var message = InferRequestWriter.Write(call);
        call.Inputs.Clear(int.MaxValue);
        call.Body.Clear(int.MaxValue);
        call.Body.Append(message);
        InferReader.Parse(call, options.MaxElements);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Version} could not be warmed up with the input example that lies beside it; a row of zeros is tried instead")]
    private static partial void LogExampleFailed(ILogger log, VersionReference version, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Version} could not score a row of zeros, so its first request may be slow")]
    private static partial void LogNotWarmed(ILogger log, VersionReference version, Exception exception);

    private sealed class NoPool : ObjectPool<InferenceCall>
    {
        public override InferenceCall Get() => throw new NotSupportedException();

        public override void Return(InferenceCall obj)
        {
        }
    }
}
