using System.Diagnostics.CodeAnalysis;

namespace Slipway.Statistics.Quality;

/// <summary>What a model predicts.</summary>
public enum LearningTask
{
    /// <summary>A number.</summary>
    Regression,

    /// <summary>One of two classes.</summary>
    Binary,

    /// <summary>One of several classes.</summary>
    Multiclass,
}

/// <summary>The words for tasks in files: <c>regression</c>, <c>binary</c>, <c>multiclass</c>.</summary>
public static class LearningTasks
{
    private static readonly string[] Words = ["regression", "binary", "multiclass"];

    /// <summary>The word of a task.</summary>
    public static string Word(this LearningTask task) => Words[(int)task];

    /// <summary>The task of a word; false when it is none.</summary>
    public static bool TryParse([NotNullWhen(true)] string? word, out LearningTask task)
    {
        var index = Array.IndexOf(Words, word);
        task = (LearningTask)Math.Max(index, 0);
        return index >= 0;
    }
}
