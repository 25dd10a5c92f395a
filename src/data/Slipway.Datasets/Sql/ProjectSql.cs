using System.Text.Json;
using Slipway.Core.Errors;
using Slipway.Datasets.Duck;

namespace Slipway.Datasets.Sql;

/// <summary>
/// A project's SQL, proven to be one SELECT over files of the project's folder, with every file name made absolute. DuckDB resolves relative names against the
/// process's working directory and checks access before it looks at its search path, so the names are completed in the text, at the places that its own parser gives.
/// What stays wrong after this is caught by the locked session: this class gives the better sentence, the session is the wall.
/// </summary>
internal sealed class ProjectSql
{
    /// <summary>The longest SQL, in characters.</summary>
    public const int MaxLength = 100_000;

    private static readonly HashSet<string> FileFunctions = new(StringComparer.OrdinalIgnoreCase)
    {
        "read_csv", "read_csv_auto", "sniff_csv", "read_parquet", "parquet_scan", "parquet_schema", "parquet_metadata", "parquet_file_metadata", "read_json", "read_json_auto",
        "read_json_objects", "read_json_objects_auto", "read_ndjson", "read_ndjson_auto", "read_ndjson_objects", "read_text", "read_blob", "glob",
    };

    private static readonly HashSet<string> RowFunctions = new(StringComparer.OrdinalIgnoreCase)
    {
        "range", "generate_series", "unnest", "repeat", "repeat_row", "json_each", "json_tree",
    };

    // They show or change the server's own settings and logs.
    private static readonly HashSet<string> RefusedFunctions = new(StringComparer.OrdinalIgnoreCase)
    {
        "current_setting", "getvariable", "getenv", "write_log", "nextval", "currval", "set_config",
    };

    private readonly DatasetQuery _query;
    private readonly SqlPlaces _places;
    private readonly SqlFiles _files;

    private ProjectSql(DatasetQuery query, string sql)
    {
        _query = query;
        _places = new SqlPlaces(query, sql);
        _files = new SqlFiles(query);
    }

    /// <summary>The statement with absolute file names.</summary>
    public string Text { get; private set; } = "";

    /// <summary>The absolute file names and patterns that the statement reads.</summary>
    public IReadOnlyList<string> Files => _files.Used;

    /// <summary>
    /// True when threads may bring the rows in another order each time: groups, joins, windows. Such a statement runs on one thread, or the same data would get
    /// another digest on every run.
    /// </summary>
    public bool Shuffles { get; private set; }

    /// <summary>Checks and completes the SQL of <paramref name="query"/>.</summary>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.InvalidInput"/>, with the line when the fault has one.</exception>
    public static ProjectSql Read(DuckSession session, DatasetQuery query)
    {
        if (query.Sql.Length > MaxLength)
        {
            throw new SlipwayException(ErrorKind.TooLarge, $"The SQL of {query.Name} has {query.Sql.Length} characters; {MaxLength} are allowed.");
        }

        var tree = SqlTree.Parse(session, query.Sql);
        var sql = new ProjectSql(query, query.Sql);
        if (tree.Error is { } error)
        {
            throw error.Type == "not implemented"
                ? new SlipwayException(
                    ErrorKind.InvalidInput, $"The SQL of {query.Name} is not a SELECT. Write one statement that yields the rows; a PIVOT goes into `select * from (pivot … in (…))`.")
                : sql._places.Error(error.Place is { } place ? sql._places.LineOfCharacter(place) : null, error.Message);
        }

        if (tree.Statements != 1)
        {
            throw new SlipwayException(
                ErrorKind.InvalidInput,
                tree.Statements == 0 ? $"The SQL of {query.Name} is empty. Write one SELECT." : $"The SQL of {query.Name} holds {tree.Statements} statements. Write one SELECT.");
        }

        sql.Complete(tree, WithoutEnd(session, query.Sql, tree));
        return sql;
    }

    // The text goes into parentheses, where a closing semicolon (and a comment behind it) would not parse. A part that yields the same tree is the same statement.
    private static string WithoutEnd(DuckSession session, string sql, SqlTree tree)
    {
        var whole = sql;
        var tries = 0;
        for (var at = sql.LastIndexOf(';'); at > 0 && tries < 64; at = sql.LastIndexOf(';', at - 1), tries++)
        {
            if (SqlTree.Parse(session, sql[..at]).Json == tree.Json)
            {
                whole = sql[..at];
            }
        }

        return whole;
    }

    private void Complete(SqlTree tree, string sql)
    {
        var named = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var edits = new List<SqlEdit>();
        var nodes = tree.Nodes().ToList();
        foreach (var node in nodes)
        {
            if (node.TryGetProperty("cte_map", out var expressions))
            {
                named.UnionWith(expressions.Items("map").Select(e => e.Text("key")));
            }

            if (node.Text("type") == "RECURSIVE_CTE_NODE")
            {
                named.Add(node.Text("cte_name"));
            }
        }

        foreach (var node in nodes)
        {
            Shuffles |= IsShuffling(node);
            switch (node.Text("type"))
            {
                case "BASE_TABLE" when node.Text("schema_name").Length > 0 || !named.Contains(node.Text("table_name")):
                    edits.Add(CompleteTable(node));
                    break;
                case "TABLE_FUNCTION":
                    edits.AddRange(CompleteFunction(node.GetProperty("function")));
                    break;
                case "SHOW_REF":
                    throw _places.Error(null, "DESCRIBE, SHOW and SUMMARIZE yield no rows of data; write a SELECT");
                case "FUNCTION" when RefusedFunctions.Contains(node.Text("function_name")):
                    throw _places.Error(_places.LineOfByte(node.Place()), $"the function {node.Text("function_name")} is not allowed in a project's SQL");
            }
        }

        Text = SqlEdit.Apply(sql, edits);
    }

    private SqlEdit CompleteTable(JsonElement node)
    {
        var name = node.Text("table_name");
        var line = _places.LineOfByte(node.Place());
        if (node.Text("schema_name").Length > 0 || _places.QuotedAt(node.Place()) is not { } written || written.Value != name || !_files.LooksLikeFile(name))
        {
            throw _places.Error(line, name.Contains('/', StringComparison.Ordinal)
                ? $"'{name}' is neither a folder of the project nor a file whose ending tells its kind (csv, tsv, json, parquet; with .gz or .zst). Read it with read_csv('…') or the like"
                : $"there is no table '{name}'. Write a file of the project in quotes, such as from 'data/{name}.csv', or name a query with `with`");
        }

        return new SqlEdit(node.Place(), written.Bytes, DuckText.Name(_files.Complete(name, line)));
    }

    private List<SqlEdit> CompleteFunction(JsonElement function)
    {
        var name = function.Text("function_name");
        var line = _places.LineOfByte(function.Place());
        if (!FileFunctions.Contains(name))
        {
            return RowFunctions.Contains(name)
                ? []
                : throw _places.Error(line, $"the table function {name} is not allowed in a project's SQL. Allowed are {string.Join(", ", FileFunctions.Concat(RowFunctions).Order())}");
        }

        var first = function.Items("children").FirstOrDefault();
        var files = first.Text("function_name") == "list_value" ? first.Items("children").ToList() : [first];
        var edits = new List<SqlEdit>();
        foreach (var file in files)
        {
            // A computed name could not be completed, and would be read relative to wherever the server runs.
            if (file.Constant() is not { } value || _places.QuotedAt(file.Place()) is not { } written || written.Value != value)
            {
                throw _places.Error(line, $"{name} takes its file as plain text in single quotes, such as {name}('data/rides.csv'), or a list of such");
            }

            edits.Add(new SqlEdit(file.Place(), written.Bytes, DuckText.Literal(_files.Complete(value, line))));
        }

        return edits;
    }

    private static bool IsShuffling(JsonElement node) =>
        node.Text("type") is "JOIN" or "DISTINCT_MODIFIER" or "RECURSIVE_CTE_NODE" or "PIVOT"
        || (node.Text("type") == "SET_OPERATION_NODE" && !(node.Text("setop_type") == "UNION" && node.TryGetProperty("setop_all", out var all) && all.ValueKind == JsonValueKind.True))
        || node.Text("class") == "WINDOW"
        || node.Items("group_expressions").Any()
        || (node.TryGetProperty("sample", out var sample) && sample.ValueKind == JsonValueKind.Object);
}
