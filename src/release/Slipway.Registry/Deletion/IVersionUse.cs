using Slipway.Core.Names;
using Slipway.Storage;

namespace Slipway.Registry.Deletion;

/// <summary>Knows what still needs a version. Every module that may need some provides one.</summary>
public interface IVersionUse
{
    /// <summary>
    /// What speaks against deleting a version, a part of a sentence each, such as <c>bikes answers with it</c>; empty when nothing does. Read in the transaction that deletes it, so that nobody begins
    /// to need it in between.
    /// </summary>
    /// <param name="transaction">The transaction.</param>
    /// <param name="version">Which version.</param>
    /// <param name="since">A use that ended at this moment or later counts too.</param>
    Task<IReadOnlyList<string>> ListAsync(WriteTransaction transaction, VersionReference version, DateTimeOffset since);
}
