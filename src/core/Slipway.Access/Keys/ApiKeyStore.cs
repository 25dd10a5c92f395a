using System.Text.Json;
using Dapper;
using Slipway.Access.Scopes;
using Slipway.Core;
using Slipway.Storage;

namespace Slipway.Access.Keys;

/// <summary>Reads and writes the <c>api_keys</c> table. Holds no rules.</summary>
internal sealed class ApiKeyStore(Database database)
{
    /// <summary>Adds a key with the hash of its secret, and its event; false when a key that is not revoked has its name. A unique index settles it between two at once.</summary>
    public Task<bool> TryAddAsync(ApiKey key, ReadOnlyMemory<byte> hash, CancellationToken cancellationToken)
    {
        const string Sql = """
            insert into api_keys (id, name, hash, role, projects, deployments, rate, created_at, created_by, expires_at)
            values (@id, @name, @hash, @role, @projects, @deployments, @rate, @created_at, @created_by, @expires_at)
            on conflict do nothing
            """;

        var parameters = new
        {
            id = key.Id,
            name = key.Name,
            hash = Convert.ToHexStringLower(hash.Span),
            role = key.Role.ToString(),
            projects = JsonSerializer.Serialize(key.Scope.Projects),
            deployments = JsonSerializer.Serialize(key.Scope.Deployments),
            rate = (long?)key.Rate,
            created_at = StoredTime.Format(key.CreatedAt),
            created_by = key.CreatedBy.Name,
            expires_at = key.ExpiresAt is { } expires ? StoredTime.Format(expires) : null,
        };
        return database.WriteAsync(
            async transaction =>
            {
                if (await transaction.ExecuteAsync(Sql, parameters) == 0)
                {
                    return false;
                }

                await transaction.AppendAsync(new KeyCreated(key.Id, key.Name, key.Role, key.Scope.Projects, key.Scope.Deployments, key.ExpiresAt, key.Rate, key.CreatedBy));
                return true;
            },
            cancellationToken);
    }

    /// <summary>Revokes a key, with its event; false when it is revoked already.</summary>
    public Task<bool> TryRevokeAsync(ApiKey key, Actor actor, DateTimeOffset at, CancellationToken cancellationToken)
    {
        const string Sql = "update api_keys set revoked_at = @at, revoked_by = @by where id = @id and revoked_at is null";

        return database.WriteAsync(
            async transaction =>
            {
                if (await transaction.ExecuteAsync(Sql, new { id = key.Id, at = StoredTime.Format(at), by = actor.Name }) == 0)
                {
                    return false;
                }

                await transaction.AppendAsync(new KeyRevoked(key.Id, key.Name, actor));
                return true;
            },
            cancellationToken);
    }

    /// <summary>All keys, newest first, each with its hash.</summary>
    public Task<IReadOnlyList<(ApiKey Key, byte[] Hash)>> ListAsync(CancellationToken cancellationToken)
    {
        const string Sql = """
            select id, name, hash, role, projects, deployments, rate, created_at as createdAt, created_by as createdBy, expires_at as expiresAt, revoked_at as revokedAt, revoked_by as revokedBy
            from api_keys order by created_at desc, id
            """;

        return database.ReadAsync<IReadOnlyList<(ApiKey, byte[])>>(
            async connection => [.. (await connection.QueryAsync<Row>(new CommandDefinition(Sql, cancellationToken: cancellationToken))).Select(row => (row.ToKey(), Convert.FromHexString(row.Hash)))],
            cancellationToken);
    }

    private sealed record Row(
        string Id, string Name, string Hash, string Role, string Projects, string Deployments, long? Rate, string CreatedAt, string CreatedBy, string? ExpiresAt, string? RevokedAt, string? RevokedBy)
    {
        public ApiKey ToKey() => new()
        {
            Id = Id,
            Name = Name,
            Role = Enum.Parse<Role>(Role),
            Scope = new Scope(JsonSerializer.Deserialize<string[]>(Projects)!, JsonSerializer.Deserialize<string[]>(Deployments)!),
            Rate = (int?)Rate,
            CreatedAt = StoredTime.Parse(CreatedAt),
            CreatedBy = new Actor(CreatedBy),
            ExpiresAt = ExpiresAt is null ? null : StoredTime.Parse(ExpiresAt),
            RevokedAt = RevokedAt is null ? null : StoredTime.Parse(RevokedAt),
            RevokedBy = RevokedBy is null ? null : new Actor(RevokedBy),
        };
    }
}
