using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Slipway.Core.Errors;
using Slipway.PostgreSql.Migrations;
using Slipway.Storage;

namespace Slipway.PostgreSql;

/// <summary>Metadata and events in PostgreSQL instead of SQLite.</summary>
public static class PostgreSqlModule
{
    /// <summary>
    /// Puts PostgreSQL in the place of the database that <see cref="StorageModule.AddStorage"/> registered; no address leaves that one. Blobs, artifacts and work stay in the data folder.
    /// </summary>
    public static IServiceCollection AddPostgreSql(this IServiceCollection services, PostgreSqlAddress? address)
    {
        if (address is null)
        {
            return services;
        }

        services.AddSingleton(address);
        services.AddSingleton(new SchemaPart(typeof(PostgreSqlModule).Assembly, M2026113060_Owner.Number));
        services.AddSingleton<PostgreSqlDatabase>();
        services.Replace(ServiceDescriptor.Singleton<Database>(provider => provider.GetRequiredService<PostgreSqlDatabase>()));
        services.Replace(ServiceDescriptor.Singleton<IOpenable>(provider => provider.GetRequiredService<PostgreSqlDatabase>()));
        return services;
    }

    /// <summary>Looks whether a server of Slipway could use the database, changes nothing there, and says what it is.</summary>
    /// <exception cref="SlipwayException">It could not: one sentence says why.</exception>
    public static async Task<string> ExamineAsync(PostgreSqlAddress address, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await new PostgreSqlOwnership(address).TakeAsync(cancellationToken);
            await PostgreSqlSchema.ReadVersionsAsync(connection, address);
            return $"PostgreSQL {connection.PostgreSqlVersion}";
        }
        catch (Exception e) when (PostgreSqlErrors.TryTranslate(e, address) is { } translated)
        {
            throw translated;
        }
    }
}
