using System.Globalization;
using Slipway.Core.Errors;
using Slipway.Core.Text;
using Slipway.Datasets.Duck;
using Slipway.Datasets.Sql;

namespace Slipway.Datasets;

/// <summary>A project's query on a locked session: checked, its columns known, its time column proven, nothing read yet.</summary>
internal sealed class PreparedQuery
{
    private readonly DuckSession _session;
    private readonly DatasetQuery _query;
    private readonly SqlRun _run;

    private PreparedQuery(DuckSession session, DatasetQuery query, SqlRun run, IReadOnlyList<ColumnPlan> columns, IReadOnlyList<(string Name, string File)> inputs)
    {
        _session = session;
        _query = query;
        _run = run;
        Columns = columns;
        Inputs = inputs;
    }

    /// <summary>The columns in order.</summary>
    public IReadOnlyList<ColumnPlan> Columns { get; }

    /// <summary>The files that it reads, each by its path in the project's folder.</summary>
    public IReadOnlyList<(string Name, string File)> Inputs { get; }

    /// <summary>Locks <paramref name="session"/> and prepares <paramref name="query"/> on it.</summary>
    public static PreparedQuery Of(DuckSession session, DatasetQuery query, string dataFolder, DatasetsOptions options, CancellationToken stop)
    {
        var sql = ProjectSql.Read(session, query);
        session.Lock(sql.Shuffles ? 1 : options.Threads);
        var inputs = SqlInputs.Check(session, query, dataFolder, sql.Files, stop);

        var run = new SqlRun(query, sql, options);
        var described = run.Do($"describe {run.Rows}", s => session.Query(s, r => (r.GetString(0), r.GetString(1))));
        var prepared = new PreparedQuery(session, query, run, ColumnPlan.Of(query, described), inputs);
        prepared.CheckNamed();
        return prepared;
    }

    /// <summary>The rows, in the order in which they are kept, each column by <paramref name="expression"/>.</summary>
    public string Select(Func<ColumnPlan, string> expression)
    {
        var list = string.Join(", ", Columns.Select(expression));
        if (_query.Time is not { } time)
        {
            return $"select {list} from {_run.Rows}";
        }

        // DuckDB's sort is not stable: rows of the same time keep their order by their number.
        var number = "slipway_row";
        while (Columns.Any(c => c.Name.Equals(number, StringComparison.OrdinalIgnoreCase)))
        {
            number += "_";
        }

        var rows = $"(select *, row_number() over () as {number} from {_run.Rows})";
        var before = _query.AsOf is { } asOf ? $" where {Columns.First(c => c.Name == time).Before(asOf)}" : "";
        return $"select {list} from {rows}{before} order by {DuckText.Name(time)} nulls last, {number}";
    }

    /// <summary>Runs a statement that holds <see cref="Select"/>.</summary>
    public T Do<T>(string statement, Func<string, T> run) => _run.Do(statement, run);

    private void CheckNamed()
    {
        _ = _query.Label is null || Column(_query.Label, "label") is not null;
        if (_query.Time is not null && Column(_query.Time, "time") is { } time && (time.Kind != ColumnKind.Time || time.Type == "TIME"))
        {
            throw NoTime(time);
        }
    }

    private ColumnPlan Column(string name, string what) => Columns.FirstOrDefault(c => c.Name == name)
        ?? throw new SlipwayException(
            ErrorKind.InvalidInput,
            $"The SQL of {_query.Name} yields no {what} column '{name}'.{Suggest.DidYouMean(name, Columns.Select(c => c.Name))} Its columns are {string.Join(", ", Columns.Select(c => c.Name))}.");

    private SlipwayException NoTime(ColumnPlan time)
    {
        var cast = string.Create(CultureInfo.InvariantCulture, $"The time column '{time.Name}' of {_query.Name} is no time but {time.Type}");
        if (time.Kind == ColumnKind.Number)
        {
            return new SlipwayException(ErrorKind.InvalidInput, $"{cast}. Turn it into one in the SQL, for example `to_timestamp({time.Name}) as {time.Name}` for seconds since 1970.");
        }

        if (time.Kind == ColumnKind.Time)
        {
            return new SlipwayException(ErrorKind.InvalidInput, $"{cast}, a time of day. Add it to its date in the SQL, for example `day + {time.Name} as {time.Name}`.");
        }

        var wrong = _run.Do(
            $"select {time.Quoted} from {_run.Rows} where {time.Quoted} is not null and try_cast({time.Quoted} as timestamp) is null limit 1",
            s => _session.Query(s, r => r.GetString(0)));

        return new SlipwayException(
            ErrorKind.InvalidInput,
            wrong.Count == 0
                ? $"{cast}, though it reads as one. Cast it in the SQL: `{time.Name}::timestamp as {time.Name}`."
                : $"{cast}; the first value that does not read as a time is '{(wrong[0].Length > 60 ? wrong[0][..60] + "…" : wrong[0])}'. "
                    + $"Parse it in the SQL, for example `strptime({time.Name}, '%d.%m.%Y %H:%M') as {time.Name}`.");
    }
}
