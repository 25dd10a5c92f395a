using Slipway.Registry.Cards.Rendering;

namespace Slipway.Registry.Cards.Sections;

/// <summary>What the evidence does not tell: the limits that can be seen without knowing the subject.</summary>
internal sealed class LimitsSection(EvidenceReader evidence) : ICardSection
{
    // Below this a metric of a segment is more chance than knowledge.
    private const int FewRows = 100;

    public string Name => "limits";

    public string Title => "Limits of the evidence";

    public int Order => CardOrder.Limits;

    public async Task<CardSection?> ReadAsync(ModelVersion version, CancellationToken cancellationToken)
    {
        var found = await evidence.ReadAsync(version, cancellationToken);
        var notes = new List<string>();
        if (version.Lineage.DatasetDigest is null)
        {
            notes.Add("The data that it learned from is not known: the artifact came from outside.");
        }

        notes.AddRange(found.Gates.Where(gate => gate.Verdict == "inconclusive").Select(gate => $"{gate.Gate} is inconclusive. {gate.Sentence}".TrimEnd()));
        var small = found.Segments.Where(segment => segment.Rows < FewRows).Select(segment => $"{segment.Segment} ({CardText.Of(segment.Rows)})").ToList();
        if (small.Count > 0)
        {
            notes.Add($"Segments of fewer than {FewRows} held-out rows, whose metrics say little: {string.Join(", ", small.Take(20))}{(small.Count > 20 ? " …" : "")}.");
        }

        if (version.Lineage.Commit is { } commit && commit.EndsWith("+dirty", StringComparison.Ordinal))
        {
            notes.Add("It was trained from code with changes that no commit has.");
        }

        return new CardSection(Name, Title) { Notes = notes };
    }
}
