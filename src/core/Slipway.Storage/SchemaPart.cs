using System.Reflection;

namespace Slipway.Storage;

/// <summary>
/// The tables of one module. Each module with tables registers one as a singleton; the migration runner (FluentMigrator) starts only when a latest version is missing from
/// the database, which is one SQL query.
/// </summary>
/// <param name="Assembly">Where the module's migrations are.</param>
/// <param name="Latest">The number of the module's newest migration, <c>yyyyMMddNN</c>; unique over all modules.</param>
public sealed record SchemaPart(Assembly Assembly, long Latest);
