using System.Data.Common;
using System.Globalization;
using Slipway.Storage.Sql;

namespace Slipway.Mlflow.Search;

/// <summary>The values of a statement. Nothing that a caller wrote becomes part of its text.</summary>
/// <param name="dialect">The dialect of the statement, where it has patterns.</param>
public sealed class SqlParameters(SqlDialect? dialect = null)
{
    private readonly Dictionary<object, string> _names = [];

    /// <summary>The values by their names, as Dapper takes them.</summary>
    public IReadOnlyDictionary<string, object> Values => _names.ToDictionary(pair => pair.Value, pair => pair.Key);

    internal SqlDialect Dialect => dialect ?? throw new InvalidOperationException("A statement with a pattern must be told whose dialect it is in.");

    /// <summary>
    /// Keeps a value and answers with the name that stands for it. A value is kept once, since a list of thousands may stand in a statement once for each experiment, and SQLite takes 32 766
    /// parameters.
    /// </summary>
    public string Add(object value)
    {
        if (!_names.TryGetValue(value, out var name))
        {
            _names[value] = name = string.Create(CultureInfo.InvariantCulture, $"@p{_names.Count}");
        }

        return name;
    }

    /// <summary>Several values as a list in parentheses; an empty one holds nothing.</summary>
    public string AddList<T>(IEnumerable<T> values)
        where T : notnull => string.Join(", ", values.Select(value => Add(value))) is { Length: > 0 } list ? $"({list})" : "(null)";

    /// <summary>The command that runs <paramref name="sql"/> with these values.</summary>
    public DbCommand ToCommand(DbConnection connection, string sql)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (value, name) in _names)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = name;
            parameter.Value = value;
            command.Parameters.Add(parameter);
        }

        return command;
    }
}
