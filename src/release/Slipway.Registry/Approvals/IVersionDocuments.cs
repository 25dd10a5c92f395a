using Slipway.Core.Names;

namespace Slipway.Registry.Approvals;

/// <summary>Knows which documents versions have. Every module that keeps some provides one; a document that none of them has is missing.</summary>
public interface IVersionDocuments
{
    /// <summary>True when the version has the document, such as its <c>card</c>, and nothing that a person must write is left out of it.</summary>
    Task<bool> HasAsync(VersionReference version, string document, CancellationToken cancellationToken);
}
