using Slipway.Core.Errors;
using Slipway.Inference;
using Slipway.Inference.Tensors;
using Slipway.Monitoring.Predictions;
using Slipway.Registry;

namespace Slipway.Monitoring.Diff;

/// <summary>Says whether those who call a version would be served by another: each recorded row goes through the check that serving would do.</summary>
internal static class CallerCheck
{
    private const int MostReasons = 5;

    public static CallersDiff Check(ModelVersion a, ModelVersion b, IReadOnlyList<LoggedRow> rows)
    {
        if (rows.Count == 0)
        {
            return new CallersDiff(0, 0, 0, 0, [], [], [], [], $"The prediction log has no request that {a.Reference} answered, so nothing is known of its callers.");
        }

        var (served, untold) = (0, 0);
        var reasons = new Dictionary<string, int>(StringComparer.Ordinal);
        var (lacking, extra) = (new SortedSet<string>(StringComparer.Ordinal), new SortedSet<string>(StringComparer.Ordinal));
        foreach (var row in rows)
        {
            if (Send(a.Signature, row) is not { } sent)
            {
                untold++;
                continue;
            }

            if (!SignatureCheck.IsMatrix(b.Signature, sent))
            {
                lacking.UnionWith(b.Signature.Inputs.Where(input => !input.Optional && sent.Find(input.Name) is null).Select(input => input.Name));
                extra.UnionWith(Enumerable.Range(0, sent.Count).Select(i => sent[i].Name).Where(name => b.Signature.Inputs.All(input => input.Name != name)));
            }

            if (Refusal(a.Signature, b, sent) is { } reason)
            {
                reasons[reason] = reasons.GetValueOrDefault(reason) + 1;
            }
            else
            {
                served++;
            }
        }

        return new CallersDiff(
            rows.Count,
            served,
            rows.Count - served - untold,
            untold,
            [.. reasons.OrderByDescending(reason => reason.Value).Take(MostReasons).Select(reason => new RefusalReason(reason.Key, reason.Value))],
            [.. lacking],
            [.. extra],
            [.. rows.Select(row => row.Batch.Source.Deployment).Distinct().Order(StringComparer.Ordinal)],
            null);
    }

    // What the caller had sent, as far as the log has kept it: by A's types, or as the one matrix that came.
    private static TensorSet? Send(ModelSignature signature, LoggedRow row)
    {
        var sent = new TensorSet();
        if (signature.Tabular && ValueReader.MatrixOf(row.Batch.Inputs, signature.Inputs, row.Row) is { } matrix)
        {
            matrix.CopyTo(sent.Add("table", TensorType.Float64, [1, matrix.Length]).Values<double>());
            return sent;
        }

        try
        {
            ReplayInputs.Fill([row], signature, sent);
            return sent;
        }
        catch (SlipwayException)
        {
            return null;
        }
    }

    private static string? Refusal(ModelSignature signature, ModelVersion b, TensorSet sent)
    {
        if (SignatureCheck.IsMatrix(b.Signature, sent) && sent[0].Shape[1] == b.Signature.Inputs.Count
            && !signature.Inputs.Select(input => input.Name).SequenceEqual(b.Signature.Inputs.Select(input => input.Name)))
        {
            return "The columns of the matrix stand for others now, so it would be scored wrongly without a word.";
        }

        try
        {
            SignatureCheck.Apply(b.Signature, sent, b.Reference.ToString());
            return null;
        }
        catch (SlipwayException e)
        {
            return e.Message;
        }
    }
}
