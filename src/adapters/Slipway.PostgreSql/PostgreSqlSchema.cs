using Dapper;
using FluentMigrator.Runner;
using Npgsql;
using Slipway.Core.Errors;
using Slipway.Storage;
using Slipway.Storage.Migrations;

namespace Slipway.PostgreSql;

/// <summary>Brings the tables up to date, and makes their columns mean what they mean on SQLite.</summary>
internal static class PostgreSqlSchema
{
    public static async Task UpgradeAsync(NpgsqlConnection connection, IReadOnlyCollection<SchemaPart> parts, PostgreSqlAddress address)
    {
        var versions = await ReadVersionsAsync(connection, address);
        if (SchemaVersions.IsBehind(versions, parts, $"The database {address}", "another database with --database"))
        {
            Migrate(parts, address);
        }

        await AlignAsync(connection);
    }

    /// <summary>The migrations that the database has; none in a new one.</summary>
    /// <exception cref="SlipwayException">The database holds others' tables, or this user may make none.</exception>
    public static async Task<IReadOnlyCollection<long>> ReadVersionsAsync(NpgsqlConnection connection, PostgreSqlAddress address)
    {
        // Tables of others would be taken for ours from then on.
        const string Others = """
            select string_agg(t.tablename, ', ' order by t.tablename) from pg_tables t
            where t.schemaname = 'public'
                and not exists (select 1 from pg_depend d where d.objid = (quote_ident(t.schemaname) || '.' || quote_ident(t.tablename))::regclass and d.deptype = 'e')
            """;

        if (!await connection.ExecuteScalarAsync<bool>("select has_schema_privilege('public', 'create, usage')"))
        {
            throw PostgreSqlErrors.NotAllowed(address, "it may not create tables in schema public");
        }

        if (await connection.ExecuteScalarAsync<bool>("""select to_regclass('public."VersionInfo"') is not null"""))
        {
            return [.. await connection.QueryAsync<long>(SchemaVersions.Sql)];
        }

        return await connection.ExecuteScalarAsync<string>(Others) is { } tables
            ? throw new SlipwayException(ErrorKind.Conflict, $"The database {address} has tables that are not Slipway's: {tables}. Give Slipway a database of its own.")
            : [];
    }

    // Apart, so that a start that has nothing to upgrade does not load FluentMigrator.
    private static void Migrate(IReadOnlyCollection<SchemaPart> parts, PostgreSqlAddress address) => SchemaMigrator.Upgrade(
        parts, runner => runner.AddPostgres().WithGlobalConnectionString(address.WriterString()).WithGlobalCommandTimeout(TimeSpan.FromHours(1)));

    /// <summary>
    /// Text is compared by its bytes, as SQLite compares it and as moments in text need it, and whatever the database's own language is; whole numbers have 64 bits, and others are doubles.
    /// Looked at in each start, since a process may end between a migration and this.
    /// </summary>
    private static async Task AlignAsync(NpgsqlConnection connection)
    {
        const string Sql = """
            select format('alter table %s alter column %I type %s', a.attrelid::regclass, a.attname,
                case when a.attcollation <> 0 then 'text collate "C"' when t.typname = 'float4' then 'double precision' else 'bigint' end)
            from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_type t on t.oid = a.atttypid
            where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and a.attnum > 0 and not a.attisdropped
                and not exists (select 1 from pg_depend d where d.objid = c.oid and d.deptype = 'e')
                and (t.typname in ('int2', 'int4', 'float4') or t.typname in ('text', 'varchar', 'bpchar') and a.attcollation <> '"C"'::regcollation)
            order by c.relname, a.attnum
            """;

        foreach (var change in await connection.QueryAsync<string>(Sql))
        {
            await connection.ExecuteAsync(change, commandTimeout: 3600);
        }
    }
}
