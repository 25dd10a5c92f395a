using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Slipway.PostgreSql;
using Slipway.Storage;

namespace Slipway.Tests;

/// <summary>Which database a test runs on: SQLite, unless <c>SLIPWAY_TEST_DATABASE=postgres</c> says that all of them run on PostgreSQL, or a suite asks for it.</summary>
internal static class TestDatabase
{
    // A fixture that opens its folder again finds its database again.
    private static readonly ConcurrentDictionary<string, Lazy<string>> Addresses = new();

    /// <summary>True when every test runs on PostgreSQL.</summary>
    public static bool IsPostgreSql { get; } = Environment.GetEnvironmentVariable("SLIPWAY_TEST_DATABASE") == "postgres";

    /// <summary>Puts PostgreSQL in the place of SQLite; call it after <c>AddStorage</c>.</summary>
    /// <param name="services">The services, with storage among them.</param>
    /// <param name="address">The address of a database (<see cref="AddressAsync"/>); null leaves SQLite.</param>
    public static IServiceCollection AddTestDatabase(this IServiceCollection services, string? address) =>
        address is null ? services : services.AddPostgreSql(PostgreSqlAddress.Parse(address));

    /// <summary>Storage in a folder, and the database that belongs to it: the same one whenever that folder is opened.</summary>
    public static IServiceCollection AddTestStorage(this IServiceCollection services, string folder, bool postgreSql = false) => services.AddStorage(new StorageOptions(folder)).AddTestDatabase(
        postgreSql || IsPostgreSql ? Addresses.GetOrAdd(Path.GetFullPath(folder), _ => new Lazy<string>(() => Task.Run(PostgreSqlServer.NewDatabaseAsync).GetAwaiter().GetResult())).Value : null);

    /// <summary>The address of a new database where tests run on PostgreSQL; null for SQLite.</summary>
    public static async Task<string?> AddressAsync(bool postgreSql = false) => postgreSql || IsPostgreSql ? await PostgreSqlServer.NewDatabaseAsync() : null;
}
