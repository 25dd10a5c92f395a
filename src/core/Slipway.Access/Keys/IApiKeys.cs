using Slipway.Core;
using Slipway.Core.Errors;

namespace Slipway.Access.Keys;

/// <summary>The keys of this server. A change holds for the next request: whoever is answered finds it done.</summary>
public interface IApiKeys
{
    /// <summary>Makes a key. Of two at once with one name, one is made.</summary>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.InvalidInput"/>: the request is wrong; <see cref="ErrorKind.Conflict"/>: the name is taken.</exception>
    Task<CreatedKey> CreateAsync(KeyRequest request, Actor actor, CancellationToken cancellationToken);

    /// <summary>All keys, those that are revoked too, newest first.</summary>
    Task<IReadOnlyList<ApiKey>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Revokes the key of this name or id, or the one that this secret is. Nothing brings it back.</summary>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.NotFound"/>: there is none; <see cref="ErrorKind.Conflict"/>: it is revoked already.</exception>
    Task<ApiKey> RevokeAsync(string nameOrId, Actor actor, CancellationToken cancellationToken);
}
