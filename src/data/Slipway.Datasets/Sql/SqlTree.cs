using System.Globalization;
using System.Text.Json;
using Slipway.Datasets.Duck;

namespace Slipway.Datasets.Sql;

/// <summary>A SELECT as DuckDB's own parser understands it: as JSON, each node with its place in the text.</summary>
internal sealed class SqlTree
{
    // DuckDB nests expressions at most 1 000 deep, and each level is up to four levels of JSON.
    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = 8192 };

    private SqlTree(string json, JsonElement root)
    {
        Json = json;
        Root = root;
    }

    /// <summary>The tree as text; equal trees have equal text.</summary>
    public string Json { get; }

    private JsonElement Root { get; }

    /// <summary>The number of statements in the text.</summary>
    public int Statements => Root.TryGetProperty("statements", out var statements) ? statements.GetArrayLength() : 0;

    /// <summary>What the parser says against the text, or null.</summary>
    public DuckError? Error => Root.GetProperty("error").GetBoolean()
        ? new DuckError(
            Root.GetProperty("error_type").GetString() ?? "",
            Root.GetProperty("error_message").GetString() ?? "",
            Root.TryGetProperty("position", out var at) && int.TryParse(at.GetString(), NumberStyles.None, CultureInfo.InvariantCulture, out var position) ? position : null)
        : null;

    /// <summary>Parses with <paramref name="session"/>, running nothing.</summary>
    public static SqlTree Parse(DuckSession session, string sql)
    {
        var json = session.Query("select json_serialize_sql($1::varchar)", r => r.GetString(0), sql)[0];
        using var document = JsonDocument.Parse(json, Deep);
        return new SqlTree(json, document.RootElement.Clone());
    }

    /// <summary>Every object of the tree, outer before inner. Iterative: the depth is the author's to choose, the stack is ours.</summary>
    public IEnumerable<JsonElement> Nodes()
    {
        var open = new Stack<JsonElement>([Root]);
        while (open.TryPop(out var element))
        {
            if (element.ValueKind == JsonValueKind.Object)
            {
                yield return element;
                foreach (var property in element.EnumerateObject())
                {
                    open.Push(property.Value);
                }
            }
            else if (element.ValueKind == JsonValueKind.Array)
            {
                foreach (var item in element.EnumerateArray())
                {
                    open.Push(item);
                }
            }
        }
    }
}
