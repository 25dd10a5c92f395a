using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Slipway.PostgreSql.Migrations;
using Slipway.Storage;

namespace Slipway.PostgreSql;

/// <summary>Metadata and events in PostgreSQL instead of SQLite.</summary>
public static class PostgreSqlModule
{
    /// <summary>Puts PostgreSQL in the place of the database that <see cref="StorageModule.AddStorage"/> registered. Blobs, artifacts and work stay in the data folder.</summary>
    public static IServiceCollection AddPostgreSql(this IServiceCollection services, PostgreSqlAddress address)
    {
        services.AddSingleton(address);
        services.AddSingleton(new SchemaPart(typeof(PostgreSqlModule).Assembly, M2026113060_Owner.Number));
        services.AddSingleton<PostgreSqlDatabase>();
        services.Replace(ServiceDescriptor.Singleton<Database>(provider => provider.GetRequiredService<PostgreSqlDatabase>()));
        services.Replace(ServiceDescriptor.Singleton<IOpenable>(provider => provider.GetRequiredService<PostgreSqlDatabase>()));
        return services;
    }
}
