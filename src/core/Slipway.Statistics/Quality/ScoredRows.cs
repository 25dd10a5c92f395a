namespace Slipway.Statistics.Quality;

/// <summary>Truth and predictions of rows: what every quality metric is computed from.</summary>
/// <param name="Task">What the model predicts.</param>
/// <param name="Truth">One value a row: the number, 0 or 1, or the class's index.</param>
/// <param name="Scores">Row-major, <paramref name="Width"/> values a row: the prediction, the probability of class 1, or one probability a class.</param>
/// <param name="Width">1 for regression and binary, the number of classes for multiclass.</param>
public sealed record ScoredRows(LearningTask Task, double[] Truth, double[] Scores, int Width);
