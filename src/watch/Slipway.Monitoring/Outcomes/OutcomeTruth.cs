using System.Globalization;
using Slipway.Statistics.Quality;

namespace Slipway.Monitoring.Outcomes;

/// <summary>Reads labels as truths, and says how far a prediction was from its truth. Pure, and the same for windows, alerts and rollouts.</summary>
internal static class OutcomeTruth
{
    private const double Clip = 1e-15;

    /// <summary>
    /// The truth as a number: the value of a regression, the class's index (0 or 1 for <c>binary</c>) of a classification. Null when the label does not fit: no finite number, or no class
    /// that the model knows.
    /// </summary>
    /// <param name="label">The label as it was sent; a boolean is <c>true</c> or <c>false</c>.</param>
    /// <param name="task">What the model predicts.</param>
    /// <param name="labels">The classes in the order of the scores; where the model names none, classes are 0, 1, 2 … and a boolean is 0 or 1.</param>
    public static double? Read(string label, LearningTask task, IReadOnlyList<string> labels)
    {
        var number = Number(label);
        if (task == LearningTask.Regression)
        {
            return number;
        }

        if (labels.Count == 0)
        {
            var index = number ?? Flag(label);
            return index is >= 0 and <= int.MaxValue && index == Math.Floor(index.Value) && (task == LearningTask.Multiclass || index <= 1) ? index : null;
        }

        return Find(labels, l => l == label)
            ?? (number is { } value ? Find(labels, l => Number(l) == value) : null)
            ?? (Flag(label) is { } flag ? Find(labels, l => (Flag(l) ?? Number(l)) == flag) : null);
    }

    /// <summary>
    /// The loss of one prediction: <c>absolute_error</c> and <c>squared_error</c> of a regression; <c>incorrect</c> (0 or 1), <c>brier</c> and <c>log_loss</c> of a classification. Null when
    /// the metric does not go with the task, or a score is missing. Two classes: positive from a score of ½ on, Brier (p − y)². More: the most probable, the first of equals; Brier Σ(p − y)²
    /// over the classes (Brier, 1950). Log loss is natural, probabilities clipped to [1e-15, 1 − 1e-15].
    /// </summary>
    /// <param name="metric">The loss.</param>
    /// <param name="task">What the model predicts.</param>
    /// <param name="truth">What <see cref="Read"/> answered.</param>
    /// <param name="scores">The value, the probability of class 1 (or of both classes), or one probability a class.</param>
    public static double? Loss(string metric, LearningTask task, double truth, ReadOnlySpan<double> scores)
    {
        foreach (var score in scores)
        {
            if (!double.IsFinite(score))
            {
                return null;
            }
        }

        return task switch
        {
            LearningTask.Regression when scores.Length == 1 => Regression(metric, truth - scores[0]),
            LearningTask.Binary when scores.Length is 1 or 2 => Binary(metric, truth, scores[^1]),
            LearningTask.Multiclass when scores.Length > 1 && truth >= 0 && truth < scores.Length => Multiclass(metric, (int)truth, scores),
            _ => null,
        };
    }

    /// <summary>True when two labels say the same: the same text, or the same number (<c>16</c> and <c>16.0</c>).</summary>
    public static bool Same(string label, string other) => label == other || (Number(label) is { } number && Number(other) == number);

    private static double? Regression(string metric, double error) => metric switch
    {
        "absolute_error" => Math.Abs(error),
        "squared_error" => error * error,
        _ => null,
    };

    private static double? Binary(string metric, double truth, double score) => metric switch
    {
        "incorrect" => score >= 0.5 == truth >= 0.5 ? 0 : 1,
        "brier" => (score - truth) * (score - truth),
        "log_loss" => -Math.Log(Math.Clamp(truth >= 0.5 ? score : 1 - score, Clip, 1 - Clip)),
        _ => null,
    };

    private static double? Multiclass(string metric, int truth, ReadOnlySpan<double> scores) => metric switch
    {
        "incorrect" => Largest(scores) == truth ? 0 : 1,
        "brier" => Brier(truth, scores),
        "log_loss" => -Math.Log(Math.Clamp(scores[truth], Clip, 1 - Clip)),
        _ => null,
    };

    private static int Largest(ReadOnlySpan<double> scores)
    {
        var best = 0;
        for (var c = 1; c < scores.Length; c++)
        {
            best = scores[c] > scores[best] ? c : best;
        }

        return best;
    }

    private static double Brier(int truth, ReadOnlySpan<double> scores)
    {
        double sum = 0;
        for (var c = 0; c < scores.Length; c++)
        {
            var error = scores[c] - (c == truth ? 1 : 0);
            sum += error * error;
        }

        return sum;
    }

    private static double? Number(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;

    private static double? Flag(string text) => bool.TryParse(text, out var flag) ? flag ? 1 : 0 : null;

    private static double? Find(IReadOnlyList<string> labels, Predicate<string> matches)
    {
        for (var i = 0; i < labels.Count; i++)
        {
            if (matches(labels[i]))
            {
                return i;
            }
        }

        return null;
    }
}
