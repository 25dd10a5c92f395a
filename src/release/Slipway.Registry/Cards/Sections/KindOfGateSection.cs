namespace Slipway.Registry.Cards.Sections;

/// <summary>What was judged of one kind, in sentences; a card says so too where nothing was.</summary>
internal abstract class KindOfGateSection(EvidenceReader evidence) : ICardSection
{
    public abstract string Name { get; }

    public abstract string Title { get; }

    public abstract int Order { get; }

    protected abstract string Nothing { get; }

    public async Task<CardSection?> ReadAsync(ModelVersion version, CancellationToken cancellationToken)
    {
        var gates = (await evidence.ReadAsync(version, cancellationToken)).Of(Name);
        return gates.Count == 0
            ? new CardSection(Name, Title) { Notes = [Nothing] }
            : new CardSection(Name, Title) { Tables = [GatesSection.Table(gates)], Notes = [.. gates.Select(gate => gate.Sentence).OfType<string>()] };
    }
}

/// <summary>Equal treatment of groups.</summary>
internal sealed class FairnessSection(EvidenceReader evidence) : KindOfGateSection(evidence)
{
    public override string Name => "fairness";

    public override string Title => "Fairness";

    public override int Order => CardOrder.Gates + 1;

    protected override string Nothing => "Nothing was judged: no gate compares groups of people.";
}

/// <summary>What noise and gaps in the inputs cost.</summary>
internal sealed class RobustnessSection(EvidenceReader evidence) : KindOfGateSection(evidence)
{
    public override string Name => "robustness";

    public override string Title => "Robustness";

    public override int Order => CardOrder.Gates + 2;

    protected override string Nothing => "Nothing was judged: no gate tries noise or missing inputs.";
}
