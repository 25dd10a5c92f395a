using Slipway.Training;

namespace Slipway.Retraining.Pipelines;

/// <summary>What the train stage left, kept until the run has ended, so that a run that is taken up again trains nothing twice.</summary>
internal sealed record Checkpoint
{
    /// <summary>The artifact with the model's files.</summary>
    public required string Artifact { get; init; }

    /// <summary>The training's result without <see cref="TrainedModel.TestRows"/>, which <see cref="TestRows"/> has; null for a finished artifact.</summary>
    public TrainedModel? Trained { get; init; }

    /// <summary>The held-out rows as first row and number of rows in a row, one after the other: by time it is one pair.</summary>
    public IReadOnlyList<int> TestRows { get; init; } = [];

    /// <summary>The training's result as it was, with its files in <paramref name="folder"/>.</summary>
    public TrainedModel? Restore(string folder) => Trained is null ? null : Trained with { Folder = folder, TestRows = [.. Rows()] };

    public static Checkpoint Of(string artifact, TrainedModel? trained) => new()
    {
        Artifact = artifact,
        Trained = trained is null ? null : trained with { TestRows = [] },
        TestRows = trained is null ? [] : Pairs(trained.TestRows),
    };

    private IEnumerable<int> Rows()
    {
        for (var i = 0; i < TestRows.Count; i += 2)
        {
            for (var row = 0; row < TestRows[i + 1]; row++)
            {
                yield return TestRows[i] + row;
            }
        }
    }

    private static List<int> Pairs(IReadOnlyList<int> rows)
    {
        var pairs = new List<int>();
        for (var i = 0; i < rows.Count; i++)
        {
            if (i > 0 && rows[i] == rows[i - 1] + 1)
            {
                pairs[^1]++;
            }
            else
            {
                pairs.AddRange([rows[i], 1]);
            }
        }

        return pairs;
    }
}
