using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace Slipway.Storage.Sql;

/// <summary>Whose SQL a connection speaks, for the little that cannot be said so that it means the same on both.</summary>
public enum SqlDialect
{
    /// <summary>SQLite's.</summary>
    Sqlite,

    /// <summary>PostgreSQL's.</summary>
    PostgreSql,
}

/// <summary>Tells dialects apart.</summary>
public static class SqlDialects
{
    /// <summary>The dialect of a connection.</summary>
    public static SqlDialect Dialect(this DbConnection connection) => connection is SqliteConnection ? SqlDialect.Sqlite : SqlDialect.PostgreSql;
}
