using System.Data.Common;
using System.Globalization;

namespace Slipway.Tracking.Search;

/// <summary>The values of a statement. Nothing that a caller wrote becomes part of its text.</summary>
internal sealed class SqlParameters
{
    private readonly List<object> _values = [];

    /// <summary>Keeps a value and answers with the name that stands for it.</summary>
    public string Add(object value)
    {
        _values.Add(value);
        return NameOf(_values.Count - 1);
    }

    /// <summary>Several values as a list in parentheses.</summary>
    public string AddList<T>(IEnumerable<T> values)
        where T : notnull => $"({string.Join(", ", values.Select(value => Add(value)))})";

    /// <summary>The command that runs <paramref name="sql"/> with these values.</summary>
    public DbCommand ToCommand(DbConnection connection, string sql)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        for (var i = 0; i < _values.Count; i++)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = NameOf(i);
            parameter.Value = _values[i];
            command.Parameters.Add(parameter);
        }

        return command;
    }

    private static string NameOf(int index) => string.Create(CultureInfo.InvariantCulture, $"@p{index}");
}
