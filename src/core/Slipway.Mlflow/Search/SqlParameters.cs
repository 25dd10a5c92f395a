using System.Data.Common;
using System.Globalization;

namespace Slipway.Mlflow.Search;

/// <summary>The values of a statement. Nothing that a caller wrote becomes part of its text.</summary>
public sealed class SqlParameters
{
    private readonly Dictionary<object, string> _names = [];

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

    /// <summary>Several values as a list in parentheses.</summary>
    public string AddList<T>(IEnumerable<T> values)
        where T : notnull => $"({string.Join(", ", values.Select(value => Add(value)))})";

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
