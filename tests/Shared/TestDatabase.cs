using Microsoft.Extensions.DependencyInjection;
using Slipway.PostgreSql;

namespace Slipway.Tests;

/// <summary>
/// Which database a test runs on: SQLite, unless <c>SLIPWAY_TEST_DATABASE=postgres</c> says that all of them run on PostgreSQL, or a suite asks for it.
/// </summary>
internal static class TestDatabase
{
    /// <summary>True when every test runs on PostgreSQL.</summary>
    public static bool IsPostgreSql { get; } = Environment.GetEnvironmentVariable("SLIPWAY_TEST_DATABASE") == "postgres";

    /// <summary>Puts PostgreSQL in the place of SQLite where the environment or the suite wants it; call it after <c>AddStorage</c>.</summary>
    /// <param name="services">The services, with storage among them.</param>
    /// <param name="address">The address of a database (<see cref="AddressAsync"/>); null leaves SQLite.</param>
    public static IServiceCollection AddTestDatabase(this IServiceCollection services, string? address) =>
        address is null ? services : services.AddPostgreSql(PostgreSqlAddress.Parse(address));

    /// <summary>The address of a new database where tests run on PostgreSQL; null for SQLite.</summary>
    public static async Task<string?> AddressAsync(bool postgreSql = false) => postgreSql || IsPostgreSql ? await PostgreSqlServer.NewDatabaseAsync() : null;
}
