using Slipway.Registry;
using Slipway.Registry.Cards;
using Slipway.Tracking.Reading;

namespace Slipway.Retraining.Cards;

/// <summary>Tells a card of the training that made its version: when, how long, on which machine.</summary>
internal sealed class TrainingSection(ITrackingReader tracking) : ICardSection
{
    private static readonly (string Tag, string Fact)[] Tags =
    [
        ("slipway.trigger", "Begun by"),
        ("slipway.command", "Command"),
        ("slipway.env.version", "Slipway"),
        ("slipway.env.dotnet", ".NET"),
        ("slipway.env.os", "System"),
        ("slipway.env.cores", "Cores"),
    ];

    public string Name => "training";

    public string Title => "Training";

    public int Order => CardOrder.Recipe + 1;

    public async Task<CardSection?> ReadAsync(ModelVersion version, CancellationToken cancellationToken)
    {
        if (version.Lineage.RunId is not { } id)
        {
            return new CardSection(Name, Title) { Notes = ["Not known: no training is recorded for it."] };
        }

        if (await tracking.FindRunAsync(id, cancellationToken) is not { } details)
        {
            return new CardSection(Name, Title) { Facts = [new CardFact("Run", id)], Notes = ["The run is gone."] };
        }

        var tags = details.Tags.ToDictionary(tag => tag.Key, tag => tag.Value, StringComparer.Ordinal);
        return new CardSection(Name, Title)
        {
            Facts =
            [
                new CardFact("Run", id),
                new CardFact("Experiment", details.ExperimentName),
                new CardFact("Began", details.Run.StartedAt),
                new CardFact("Took", details.Run.EndedAt is { } end ? FormattableString.Invariant($"{(end - details.Run.StartedAt).TotalSeconds:#,0.#} s") : null),
                new CardFact("By", details.Run.User),
                .. Tags.Where(known => tags.ContainsKey(known.Tag)).Select(known => new CardFact(known.Fact, tags[known.Tag])),
            ],
        };
    }
}
