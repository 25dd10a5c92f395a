using System.Globalization;
using Slipway.Core.Errors;
using Slipway.Inference.Tabular;

namespace Slipway.Inference.LightGbm;

/// <summary>How the sum of the trees becomes the answer: what LightGBM's own predict does for each objective.</summary>
internal sealed class Objective
{
    private readonly Link _link;
    private readonly double _sigmoid;

    private Objective(string name, string? task, Link link, double sigmoid)
    {
        Name = name;
        Task = task;
        _link = link;
        _sigmoid = sigmoid;
    }

    private enum Link
    {
        Identity,
        SignedSquare,
        Exponential,
        Logistic,
        LogOnePlusExp,
        Softmax,
    }

    /// <summary>As the file names it; <c>custom</c> when it names none.</summary>
    public string Name { get; }

    /// <summary>The task it was trained for; null when the scores say nothing of it (<c>custom</c> with several scores a row).</summary>
    public string? Task { get; }

    public static Objective Parse(string? text, int width, string file)
    {
        var words = (text ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var name = words.Length == 0 ? "custom" : words[0];
        var sigmoid = Parameter(words, "sigmoid:", 1.0, file);
        var root = words.Contains("sqrt");
        var (task, link) = name switch
        {
            "regression" or "regression_l1" or "fair" or "quantile" or "mape" => (TabularSchemaRules.Regression, root ? Link.SignedSquare : Link.Identity),
            "huber" or "lambdarank" or "rank_xendcg" => (TabularSchemaRules.Regression, Link.Identity),
            "poisson" or "gamma" or "tweedie" => (TabularSchemaRules.Regression, Link.Exponential),
            "cross_entropy" => (TabularSchemaRules.Regression, Link.Logistic),
            "cross_entropy_lambda" => (TabularSchemaRules.Regression, Link.LogOnePlusExp),
            "binary" => (TabularSchemaRules.Binary, Link.Logistic),
            "multiclass" => (TabularSchemaRules.Multiclass, Link.Softmax),
            "multiclassova" => (TabularSchemaRules.Multiclass, Link.Logistic),
            "custom" => (width == 1 ? TabularSchemaRules.Regression : null, Link.Identity),
            _ => throw new SlipwayException(
                ErrorKind.InvalidInput,
                $"{file} has the objective '{name}', which is not known here. Known are regression, regression_l1, huber, fair, poisson, quantile, mape, gamma, tweedie, binary, cross_entropy, cross_entropy_lambda, multiclass, multiclassova, lambdarank and rank_xendcg."),
        };

        if (width > 1 && task is TabularSchemaRules.Regression or TabularSchemaRules.Binary)
        {
            throw new SlipwayException(ErrorKind.InvalidInput, $"{file} is damaged: its objective '{name}' has one score a row, but it has {width} trees per iteration.");
        }

        // Only binary and multiclassova have a steepness; cross_entropy's is 1.
        return new Objective(name, task, link, name is "binary" or "multiclassova" ? sigmoid : 1.0);
    }

    /// <summary>Turns raw scores of rows of <paramref name="width"/> into answers, in place.</summary>
    public void Apply(Span<double> scores, int width)
    {
        switch (_link)
        {
            case Link.SignedSquare:
                foreach (ref var score in scores)
                {
                    score *= Math.Abs(score);
                }

                break;
            case Link.Exponential:
                foreach (ref var score in scores)
                {
                    score = Math.Exp(score);
                }

                break;
            case Link.Logistic:
                foreach (ref var score in scores)
                {
                    score = 1.0 / (1.0 + Math.Exp(-_sigmoid * score));
                }

                break;
            case Link.LogOnePlusExp:
                foreach (ref var score in scores)
                {
                    score = LogOnePlus(Math.Exp(score));
                }

                break;
            case Link.Softmax:
                for (var start = 0; start < scores.Length; start += width)
                {
                    Softmax(scores.Slice(start, width));
                }

                break;
        }
    }

    // .NET's LogP1 is log(1 + x), which loses what is small beside 1.
    private static double LogOnePlus(double x)
    {
        var sum = 1.0 + x;
        return sum == 1.0 ? x : double.IsInfinity(sum) ? sum : Math.Log(sum) * (x / (sum - 1.0));
    }

    private static void Softmax(Span<double> row)
    {
        var top = row[0];
        foreach (var score in row)
        {
            top = Math.Max(score, top);
        }

        var sum = 0.0;
        foreach (ref var score in row)
        {
            score = Math.Exp(score - top);
            sum += score;
        }

        foreach (ref var score in row)
        {
            score /= sum;
        }
    }

    private static double Parameter(string[] words, string prefix, double otherwise, string file)
    {
        var word = words.FirstOrDefault(word => word.StartsWith(prefix, StringComparison.Ordinal));
        if (word is null)
        {
            return otherwise;
        }

        return double.TryParse(word.AsSpan(prefix.Length), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value > 0
            ? value
            : throw new SlipwayException(ErrorKind.InvalidInput, $"{file} is damaged: '{word}' of its objective must be a number above zero.");
    }
}
