using System.Globalization;
using Slipway.Inference;
using Slipway.Inference.Tensors;
using Slipway.Monitoring.Log;
using Slipway.Statistics.Quality;

namespace Slipway.Monitoring.Profiles;

/// <summary>What a model answered, as one column: the value, the probability of the positive class, or the most probable class of several.</summary>
internal static class PredictionOutput
{
    /// <summary>The column's name wherever columns are listed.</summary>
    public const string Name = "prediction";

    /// <summary>The column in a batch's outputs: the first of floats that fits the task, as validation takes it; null when none does.</summary>
    public static LoggedColumn? Of(IReadOnlyList<LoggedColumn> outputs, ModelSignature signature, LearningTask task)
    {
        foreach (var output in outputs)
        {
            if (signature.Outputs.FirstOrDefault(spec => spec.Name == output.Name) is { Type: not (TensorType.Float32 or TensorType.Float64) })
            {
                continue;
            }

            switch (output)
            {
                case NumberValues numbers when task != LearningTask.Multiclass:
                    return numbers with { Name = Name };
                case VectorValues vectors when task == LearningTask.Binary && Width(vectors) <= 2:
                    return new NumberValues(Name, Array.ConvertAll(vectors.Values, row => row is { Length: > 0 } ? row[^1] : double.NaN));
                case VectorValues vectors when task == LearningTask.Multiclass:
                    return new TextValues(Name, Array.ConvertAll(vectors.Values, row => row is { Length: > 0 } ? ClassName(Largest(row), signature.Labels) : null));
            }
        }

        return null;
    }

    /// <summary>What a model answered to the rows of a snapshot, as the same column.</summary>
    public static LoggedColumn Of(ScoredRows rows, IReadOnlyList<string> labels)
    {
        if (rows.Task != LearningTask.Multiclass)
        {
            return new NumberValues(Name, rows.Scores);
        }

        var texts = new string?[rows.Truth.Length];
        for (var i = 0; i < texts.Length; i++)
        {
            texts[i] = ClassName(Largest(rows.Scores.AsSpan(i * rows.Width, rows.Width)), labels);
        }

        return new TextValues(Name, texts);
    }

    /// <summary>A class as people name it.</summary>
    public static string ClassName(int index, IReadOnlyList<string> labels) =>
        index >= 0 && index < labels.Count ? labels[index] : index.ToString(CultureInfo.InvariantCulture);

    private static int Largest(ReadOnlySpan<double> scores)
    {
        var best = 0;
        for (var c = 1; c < scores.Length; c++)
        {
            best = scores[c] > scores[best] ? c : best;
        }

        return best;
    }

    private static int Width(VectorValues vectors) => Array.Find(vectors.Values, row => row is not null)?.Length ?? 0;
}
