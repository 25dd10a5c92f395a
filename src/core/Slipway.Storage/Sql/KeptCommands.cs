using System.Data.Common;

namespace Slipway.Storage.Sql;

/// <summary>The statements of one connection that were prepared once and are kept. As the connection itself, for one caller at a time.</summary>
/// <param name="connection">The connection.</param>
public class KeptCommands(DbConnection connection)
{
    private readonly Dictionary<Statement, DbCommand> _commands = [];

    /// <summary>The statement's command, ready to run with <paramref name="values"/>. It stays this object's: do not dispose it.</summary>
    public virtual DbCommand Bind(Statement statement, DbTransaction? transaction, object?[] values)
    {
        if (!_commands.TryGetValue(statement, out var command))
        {
            command = Prepare(statement);
            _commands.Add(statement, command);
        }

        if (values.Length != command.Parameters.Count)
        {
            throw new ArgumentException($"The statement has {command.Parameters.Count} parameters, but {values.Length} values were given.", nameof(values));
        }

        command.Transaction = transaction;
        for (var i = 0; i < values.Length; i++)
        {
            command.Parameters[i].Value = values[i] ?? DBNull.Value;
        }

        return command;
    }

    private DbCommand Prepare(Statement statement)
    {
        var command = connection.CreateCommand();
        command.CommandText = statement.Sql;
        foreach (var name in statement.Parameters)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = name;
            command.Parameters.Add(parameter);
        }

        return command;
    }
}
