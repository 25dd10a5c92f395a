using Slipway.Core.Errors;
using Slipway.Core.Text;
using Slipway.Inference;
using Slipway.Inference.Tensors;
using Slipway.Monitoring.Log;
using Slipway.Monitoring.Log.Recording;
using Slipway.Registry;
using Slipway.Rollouts;
using Slipway.Serving;

namespace Slipway.Monitoring.Predictions;

/// <inheritdoc cref="IPredictions"/>
internal sealed class PredictionBook(
    IPredictionLog log, IPredictionHistory history, OutcomeReader outcomes, IReplay replay, IModelRegistry registry, IDeployments deployments, TimeProvider time, IServedFolder? folder = null)
    : IPredictions
{
    // A log that cannot write, on a full disk for example, must not keep what it has to itself.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly CallLookup _calls = new(history);

    public async Task<PredictionExplanation?> FindAsync(string deployment, string id, CancellationToken cancellationToken)
    {
        if (await FindCallAsync(deployment, id, cancellationToken) is not { } call)
        {
            return null;
        }

        var (batch, row) = call.First;
        var source = batch.Source;
        var signature = await FindSignatureAsync(source, cancellationToken);
        var shown = call.Rows[0];
        var times = call.Times;
        var unit = shown.Batch.Units[shown.Row] is not 0 and var own ? own : batch.Units[row];
        var rows = await ExplainAsync(call, signature, cancellationToken);
        return new PredictionExplanation
        {
            Id = id,
            Deployment = deployment,
            Model = source.Version.Model,
            Version = source.Version.Version.ToString(),
            Role = source.Role,
            Rollout = source.Rollout,
            Why = AssignmentRule.Of(source, unit, call.RequestId, shown.Batch.Keys[shown.Row], call.RowCount, batch.Failed[row]),
            ArrivedAt = At(shown.Arrival),
            Failed = shown.Batch.Failed[shown.Row],
            Error = Error(shown),
            FromCache = times?.Batch[row] == CallTimes.FromCache,
            Timing = Timing(call.First, times),
            Batch = times is null || times.Batch[row] <= 0 ? null : new SharedRun(times.Batch[row], times.BatchRows[row], await _calls.ListMatesAsync(deployment, call, times, cancellationToken)),
            RowCount = call.RowCount,
            Rows = rows,
            CameAgainAt = call.Again.Count == 0 ? null : call.Again,
            NotLogged = Missing(call, signature, rows),
        };
    }

    public async Task<PredictionReplay?> ReplayAsync(string deployment, string id, string version, CancellationToken cancellationToken)
    {
        if (await FindCallAsync(deployment, id, cancellationToken) is not { } call)
        {
            return null;
        }

        if (call.Rows.Any(row => row.Batch.Failed[row.Row]))
        {
            throw new SlipwayException(ErrorKind.Conflict, $"The call '{Excerpt.Of(id)}' failed, and the log keeps no inputs of such calls, so it cannot be replayed.");
        }

        var source = call.First.Batch.Source;
        var run = await replay.ScoreAsync(deployment, source.Version.Model, version, (signature, inputs) => ReplayInputs.Fill(call.Rows, signature, inputs), cancellationToken);
        var before = await FindSignatureAsync(source, cancellationToken);
        return new PredictionReplay
        {
            Id = id,
            Deployment = deployment,
            Version = source.Version.Version.ToString(),
            ReplayedWith = run.Version.Version.ToString(),
            ReplayedRole = run.Role,
            RunUs = call.Times?.Run[call.First.Row],
            ReplayedRunUs = run.Took.TotalMicroseconds,
            RowCount = call.RowCount,
            Rows = [.. call.Rows.Select((row, i) => new ReplayedRow(row.Id, OutputComparison.Of(ValueReader.Read(row.Batch.Outputs, row.Row, before?.Outputs), run.Outputs, i, call.Rows.Count)))],
        };
    }

    public async Task<SlipwayException> MissingAsync(string deployment, string id, CancellationToken cancellationToken) => new(
        ErrorKind.NotFound,
        folder?.Find(deployment) is null && await deployments.FindAsync(deployment, cancellationToken) is null
            ? $"There is no deployment '{Excerpt.Of(deployment)}', and the log has no predictions of it. `slipway status` lists the deployments there are."
            : $"The log of '{deployment}' has no prediction '{Excerpt.Of(id)}': the id is another one, it belongs to another deployment, the caller was told an error of its own, or the prediction was left out by sampling, "
                + "was dropped when the log could not keep up, or has expired.");

    private async Task<LoggedCall?> FindCallAsync(string deployment, string id, CancellationToken cancellationToken)
    {
        if (id.Length is 0 or > IPredictions.MaxIdLength)
        {
            throw new SlipwayException(ErrorKind.InvalidInput, $"The id has {id.Length} characters; a prediction's id has 1 to {IPredictions.MaxIdLength}.");
        }

        try
        {
            await log.DrainAsync(cancellationToken).WaitAsync(Patience, time, cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // What could not be saved of its consequences is written all the same; what is not written yet is not found.
        }

        return await _calls.FindAsync(deployment, id, cancellationToken);
    }

    private async Task<ModelSignature?> FindSignatureAsync(PredictionSource source, CancellationToken cancellationToken) =>
        replay.ListVersions(source.Deployment).FirstOrDefault(v => v.Reference == source.Version)?.Signature ?? (await registry.FindAsync(source.Version, cancellationToken))?.Signature;

    private async Task<IReadOnlyList<ExplainedRow>> ExplainAsync(LoggedCall call, ModelSignature? signature, CancellationToken cancellationToken)
    {
        var known = await outcomes.ReadAsync(call.Rows, cancellationToken);
        return [.. call.Rows.Select(row => new ExplainedRow
        {
            Id = row.Id,
            EventTime = At(row.Batch.EventTimes[row.Row]),
            StickyKey = row.Batch.Keys[row.Row],
            Segments = row.Batch.Segments.Where(s => s.Value[row.Row] is not null).ToDictionary(s => s.Key, s => s.Value[row.Row]!),
            Inputs = row.Batch.Failed[row.Row] ? [] : ValueReader.Read(row.Batch.Inputs, row.Row, signature?.Inputs),
            Outputs = row.Batch.Failed[row.Row] ? [] : ValueReader.Read(row.Batch.Outputs, row.Row, signature?.Outputs),
            Outcome = known.GetValueOrDefault(row.Id),
        })];
    }

    private static PredictionTiming? Timing(LoggedRow first, CallColumns? times)
    {
        if (!first.IsFirst)
        {
            return null;
        }

        var milliseconds = first.Batch.Milliseconds[first.Row];
        if (times is null)
        {
            return new PredictionTiming(milliseconds, null, null, null, null, null);
        }

        // Stages follow each other without a gap, so what is not kept is what is left.
        var (parse, queue, run, write) = (times.Parse[first.Row], times.Queue[first.Row], times.Run[first.Row], times.Write[first.Row]);
        var rest = Math.Max(0, (1000 * milliseconds) - parse - queue - run - write);
        return new PredictionTiming(milliseconds, Round(parse), Round(queue), Round(rest), Round(run), Round(write));

        static double Round(double microseconds) => Math.Round(microseconds, 1);
    }

    private static List<NotLogged> Missing(LoggedCall call, ModelSignature? signature, IReadOnlyList<ExplainedRow> rows)
    {
        var missing = new List<NotLogged>();
        var shown = call.Rows[0];
        if (shown.Batch.Failed[shown.Row])
        {
            missing.Add(new NotLogged("inputs", "A failed call is logged without its values."));
            missing.Add(new NotLogged("outputs", "A failed call is logged without its values."));
            var error = Error(shown);
            if (error?.Message is null)
            {
                missing.Add(error is null
                    ? new NotLogged("error", "It was logged before errors were kept. The server's log may say why, under the id.")
                    : new NotLogged("error.message", "The project leaves values out of the log, and a message may hold some. The server's log may say why, under the id."));
            }
        }
        else
        {
            Add("inputs", signature?.Inputs, rows[0].Inputs);
            Add("outputs", signature?.Outputs, rows[0].Outputs);
        }

        if (!call.First.IsFirst)
        {
            missing.Add(new NotLogged("timing", "The times of a request stand on its first row, which the log does not have."));
        }
        else if (call.Times is null)
        {
            missing.Add(new NotLogged("timing", "It was logged before the stages were kept."));
        }

        return missing;

        void Add(string of, IReadOnlyList<TensorSpec>? specs, IReadOnlyList<LoggedValue> values)
        {
            foreach (var spec in specs ?? [])
            {
                if (!values.Any(value => value.Name == spec.Name))
                {
                    missing.Add(new NotLogged($"{of}.{spec.Name}", spec.Optional ? "The caller left it out, or the log does not keep it." : "The log does not keep it."));
                }
            }
        }
    }

    private static PredictionError? Error(LoggedRow row) =>
        row.Batch.Errors?[row.Row] is not { } text ? null
        : text.IndexOf(": ", StringComparison.Ordinal) is > 0 and var end ? new PredictionError(text[..end], text[(end + 2)..])
        : new PredictionError(text, null);

    private static DateTimeOffset At(long ticks) => new(ticks, TimeSpan.Zero);
}
