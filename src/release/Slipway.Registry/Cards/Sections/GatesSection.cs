namespace Slipway.Registry.Cards.Sections;

/// <summary>What the version was judged by, and how that went.</summary>
internal sealed class GatesSection(EvidenceReader evidence) : ICardSection
{
    public string Name => "gates";

    public string Title => "Gates";

    public int Order => CardOrder.Gates;

    public async Task<CardSection?> ReadAsync(ModelVersion version, CancellationToken cancellationToken)
    {
        var found = await evidence.ReadAsync(version, cancellationToken);
        return found switch
        {
            { At: null } => new CardSection(Name, Title) { Notes = ["The version was never validated."] },
            { Gates.Count: 0 } => new CardSection(Name, Title) { Facts = [new CardFact("Judged", found.At)], Notes = ["The project sets no gates: `validate` in slipway.yaml does."] },
            _ => new CardSection(Name, Title) { Facts = [new CardFact("Judged", found.At)], Tables = [Table(found.Gates)] },
        };
    }

    /// <summary>The gates as a table.</summary>
    public static CardTable Table(IReadOnlyList<EvidenceGate> gates) => new(
        "Gates",
        ["Gate", "Verdict", "Limit", "Value", "95 % from", "to", "Rows"],
        [.. gates.Select(gate => new object?[] { gate.Gate, gate.Verdict, gate.Limit, gate.Value, gate.Low, gate.High, gate.Rows })]);
}
