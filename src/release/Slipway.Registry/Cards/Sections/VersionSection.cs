using Slipway.Core.Errors;
using Slipway.Core.Units;
using Slipway.Inference.Tensors;
using Slipway.Storage.Blobs;

namespace Slipway.Registry.Cards.Sections;

/// <summary>Which version this is, byte for byte, and what callers send it.</summary>
internal sealed class VersionSection(IArtifactStore artifacts) : ICardSection
{
    private const int MostInputs = 200;

    public string Name => "version";

    public string Title => "Version";

    public int Order => CardOrder.Version;

    public async Task<CardSection?> ReadAsync(ModelVersion version, CancellationToken cancellationToken)
    {
        var signature = version.Signature;
        var notes = new List<string>();
        var facts = new List<CardFact>
        {
            new("Version", version.Version.ToString()),
            new("Number", version.Number),
            new("Why this version", version.VersionReason),
            new("State", version.State.ToString().ToLowerInvariant()),
            new("Registered", version.CreatedAt),
            new("Registered by", version.CreatedBy),
            new("Format", version.Format),
            new("Artifact", version.ArtifactDigest),
        };
        try
        {
            var artifact = await artifacts.GetAsync(version.ArtifactDigest, cancellationToken);
            facts.Add(new CardFact("Size", ByteSize.Format(artifact.Size)));
            facts.Add(new CardFact("Files", artifact.Files.Count));
        }
        catch (SlipwayException e) when (e.Kind == ErrorKind.NotFound)
        {
            notes.Add("The artifact is gone: nothing can load this version any more.");
        }

        if (signature.Inputs.Count > MostInputs)
        {
            notes.Add($"The first {MostInputs} of {CardInputs(signature.Inputs.Count)} are listed.");
        }

        return new CardSection(Name, Title)
        {
            Facts = facts,
            Notes = notes,
            Tables =
            [
                new CardTable("Inputs", ["Name", "Type", "Shape", "Required"], [.. signature.Inputs.Take(MostInputs).Select(input => Row(input).Append(!input.Optional).ToArray())]),
                new CardTable("Outputs", ["Name", "Type", "Shape"], [.. signature.Outputs.Take(MostInputs).Select(output => Row(output).ToArray())]),
            ],
        };
    }

    private static string CardInputs(int count) => $"{Rendering.CardText.Of(count)} inputs";

    private static IEnumerable<object?> Row(TensorSpec spec) => [spec.Name, spec.Type.WireName(), $"[{string.Join(", ", spec.Shape)}]"];
}
