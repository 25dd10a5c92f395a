using System.Data.Common;
using Npgsql;
using NpgsqlTypes;
using Slipway.Storage;
using Slipway.Storage.Sql;

namespace Slipway.PostgreSql;

/// <summary>
/// Kept statements of PostgreSQL, each prepared by name. The server fixes the types of its parameters then, so a statement that is called with a null where it had a number is prepared for
/// that too.
/// </summary>
internal sealed class PostgreSqlStatements(NpgsqlConnection connection) : KeptCommands(connection)
{
    private readonly NpgsqlConnection _connection = connection;
    private readonly Dictionary<(Statement Statement, string Types), NpgsqlCommand> _commands = [];

    public override DbCommand Bind(Statement statement, DbTransaction? transaction, object?[] values)
    {
        if (values.Length != statement.Parameters.Count)
        {
            throw new ArgumentException($"The statement has {statement.Parameters.Count} parameters, but {values.Length} values were given.", nameof(values));
        }

        var types = string.Create(values.Length, values, static (types, values) =>
        {
            for (var i = 0; i < types.Length; i++)
            {
                types[i] = (char)TypeOf(values[i]);
            }
        });
        if (!_commands.TryGetValue((statement, types), out var command))
        {
            command = Prepare(statement, types);
            _commands.Add((statement, types), command);
        }

        for (var i = 0; i < values.Length; i++)
        {
            command.Parameters[i].Value = values[i] ?? DBNull.Value;
        }

        return command;
    }

    private static NpgsqlDbType TypeOf(object? value) => value switch
    {
        null => NpgsqlDbType.Unknown,
        long => NpgsqlDbType.Bigint,
        double => NpgsqlDbType.Double,
        string => NpgsqlDbType.Text,
        byte[] => NpgsqlDbType.Bytea,
        _ => throw new ArgumentException($"A kept statement takes long, double, string, byte[] and null, but not {value.GetType().Name}.", nameof(value)),
    };

    private NpgsqlCommand Prepare(Statement statement, string types)
    {
        var command = new NpgsqlCommand(statement.Sql, _connection);
        for (var i = 0; i < types.Length; i++)
        {
            command.Parameters.Add(new NpgsqlParameter(statement.Parameters[i], (NpgsqlDbType)types[i]));
        }

        // Once for each statement and connection.
        command.Prepare();
        return command;
    }
}
