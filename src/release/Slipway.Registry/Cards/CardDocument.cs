using Slipway.Core.Names;
using Slipway.Registry.Approvals;

namespace Slipway.Registry.Cards;

/// <summary>The model card as a document that an approval policy may demand: there when nothing that a person must write is left out.</summary>
internal sealed class CardDocument(IModelCards cards) : IVersionDocuments
{
    public const string Name = "card";

    public async Task<bool> HasAsync(VersionReference version, string document, CancellationToken cancellationToken) =>
        document == Name && await cards.IsCompleteAsync(version, cancellationToken);
}
