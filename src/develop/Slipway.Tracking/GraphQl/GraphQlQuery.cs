using System.Globalization;
using System.Text.Json;
using GraphQLParser;
using GraphQLParser.AST;
using GraphQLParser.Exceptions;

namespace Slipway.Tracking.GraphQl;

/// <summary>
/// Reads a query and checks it against the schema before anything runs. Its bounds are MLflow's: a query may name a thing many times over, each time at the cost of reading it, and fragments
/// multiply what a short text asks for.
/// </summary>
internal sealed class GraphQlQuery
{
    public const int MostCharacters = 50_000;
    public const int MostDepth = 10;
    public const int MostRootFields = 10;
    public const int MostAliases = 10;
    public const int MostSelections = 1000;

    // Each level is an object in an object in the text, which the parser follows by calling itself.
    private const int ParsedDepth = 100;

    private readonly Dictionary<string, GraphQLFragmentDefinition> _fragments;
    private readonly JsonElement _variables;
    private readonly Dictionary<string, GraphQLValue?> _declared;
    private int _selections;

    private GraphQlQuery(GraphQLDocument document, GraphQLOperationDefinition operation, JsonElement variables)
    {
        _fragments = document.Definitions.OfType<GraphQLFragmentDefinition>().GroupBy(fragment => fragment.FragmentName.Name.StringValue).ToDictionary(same => same.Key, same => same.First());
        _variables = variables;
        _declared = operation.Variables?.Items.GroupBy(variable => variable.Variable.Name.StringValue).ToDictionary(same => same.Key, same => same.First().DefaultValue) ?? [];
        IsMutation = operation.Operation == OperationType.Mutation;
        Fields = Collect([operation.SelectionSet], type: null, depth: 1);
        Check(Fields.Count, MostRootFields, "root fields");
    }

    public bool IsMutation { get; }

    /// <summary>What is asked of the root.</summary>
    public IReadOnlyList<GraphQlSelection> Fields { get; }

    /// <summary>The query of a text.</summary>
    /// <exception cref="GraphQlError">It is none, asks for what is not there, or for too much.</exception>
    public static GraphQlQuery Parse(string text, string? operationName, JsonElement variables)
    {
        Check(text.Length, MostCharacters, "characters");
        GraphQLDocument document;
        try
        {
            document = Parser.Parse(text, new ParserOptions { Ignore = IgnoreOptions.All, MaxDepth = ParsedDepth });
        }
        catch (GraphQLMaxDepthExceededException)
        {
            throw TooMuch(MostDepth, "levels");
        }
        catch (GraphQLParserException e)
        {
            throw new GraphQlError(string.Create(CultureInfo.InvariantCulture, $"The query cannot be read at line {e.Location.Line}, column {e.Location.Column}: {e.Description}"));
        }

        return new GraphQlQuery(document, OperationOf(document, operationName), variables);
    }

    /// <summary>A value of the query as JSON, with variables in their places; null where a variable has none.</summary>
    public object? ValueOf(GraphQLValue value) => value switch
    {
        GraphQLStringValue text => text.Value.ToString(),
        GraphQLIntValue number => long.TryParse(number.Value.Span, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole)
            ? whole
            : throw new GraphQlError($"The number {number.Value} is not a 64-bit integer."),
        GraphQLFloatValue number => double.Parse(number.Value.Span, NumberStyles.Float, CultureInfo.InvariantCulture),
        GraphQLBooleanValue flag => flag.BoolValue,
        GraphQLEnumValue name => name.Name.StringValue,
        GraphQLListValue list => (list.Values ?? []).Select(ValueOf).ToArray(),
        GraphQLObjectValue members => (members.Fields ?? []).GroupBy(member => member.Name.StringValue).ToDictionary(same => same.Key, same => ValueOf(same.Last().Value)),
        GraphQLVariable variable => ValueOf(variable.Name.StringValue),
        _ => null,
    };

    private object? ValueOf(string variable) => !_declared.TryGetValue(variable, out var usual) ? throw new GraphQlError($"The variable ${variable} is not declared by the query.")
        : _variables.ValueKind == JsonValueKind.Object && _variables.TryGetProperty(variable, out var given) ? given
        : usual is null ? null : ValueOf(usual);

    private static GraphQLOperationDefinition OperationOf(GraphQLDocument document, string? name)
    {
        var operations = document.Definitions.OfType<GraphQLOperationDefinition>().ToList();
        var named = string.IsNullOrEmpty(name) ? operations : [.. operations.Where(operation => operation.Name?.StringValue == name)];
        return named.Count switch
        {
            1 when named[0].Operation != OperationType.Subscription => named[0],
            1 => throw new GraphQlError("Subscriptions are not answered here."),
            0 => throw new GraphQlError(string.IsNullOrEmpty(name) ? "The text has no query." : $"The text has no query named '{name}'."),
            _ => throw new GraphQlError("The text has several queries: operationName says which is meant."),
        };
    }

    // Selections of one name are one: what they ask comes together.
    private List<GraphQlSelection> Collect(IReadOnlyList<GraphQLSelectionSet> sets, string? type, int depth)
    {
        Check(depth, MostDepth, "levels");
        var found = new List<(string Key, List<GraphQLField> Fields)>();
        var aliases = 0;
        foreach (var set in sets)
        {
            Expand(set, type, [], field =>
            {
                Check(++_selections, MostSelections, "selections");
                if (field.Alias is not null)
                {
                    Check(++aliases, MostAliases, "aliases beside each other");
                }

                var key = (field.Alias?.Name ?? field.Name).StringValue;
                if (found.FirstOrDefault(known => known.Key == key).Fields is not { } same)
                {
                    found.Add((key, [field]));
                }
                else if (same[0].Name.StringValue != field.Name.StringValue || depth == 1)
                {
                    throw new GraphQlError($"Two different fields are asked for as '{key}'. Give one of them another name.");
                }
                else
                {
                    same.Add(field);
                }
            });
        }

        return [.. found.Select(same => Read(same.Key, same.Fields, type, depth))];
    }

    private GraphQlSelection Read(string key, List<GraphQLField> fields, string? type, int depth)
    {
        var name = fields[0].Name.StringValue;
        if (name == "__typename")
        {
            return new GraphQlSelection(key, fields[0], []);
        }

        var known = type is null
            ? GraphQlSchema.Roots.TryGetValue(name, out var root) ? new SchemaField(root.Type, IsList: false) : throw NoField(name, IsMutation ? "Mutation" : "Query", GraphQlSchema.Roots.Keys)
            : GraphQlSchema.FieldsOf(type)!.TryGetValue(name, out var field) ? field : throw NoField(name, type, GraphQlSchema.FieldsOf(type)!.Keys);
        var asked = fields.Select(selected => selected.SelectionSet).OfType<GraphQLSelectionSet>().ToList();
        var isScalar = GraphQlSchema.FieldsOf(known.Type) is null;
        return isScalar == (asked.Count == 0) ? new GraphQlSelection(key, fields[0], isScalar ? [] : Collect(asked, known.Type, depth + 1))
            : throw new GraphQlError(isScalar ? $"The field '{name}' has no fields of its own." : $"The field '{name}' is an object: say which of its fields are wanted, as in {name} {{ … }}.");
    }

    private void Expand(GraphQLSelectionSet set, string? type, HashSet<string> within, Action<GraphQLField> add)
    {
        foreach (var selection in set.Selections)
        {
            switch (selection)
            {
                case GraphQLField field when IsIncluded(field.Directives):
                    add(field);
                    break;

                case GraphQLInlineFragment inline when IsIncluded(inline.Directives):
                    Check(++_selections, MostSelections, "selections");
                    Demand(inline.TypeCondition, type);
                    Expand(inline.SelectionSet, type, within, add);
                    break;

                case GraphQLFragmentSpread spread when IsIncluded(spread.Directives):
                    Check(++_selections, MostSelections, "selections");
                    var name = spread.FragmentName.Name.StringValue;
                    var fragment = _fragments.GetValueOrDefault(name) ?? throw new GraphQlError($"There is no fragment '{name}'.");
                    Demand(fragment.TypeCondition, type);
                    if (!within.Add(name))
                    {
                        throw new GraphQlError($"The fragment '{name}' contains itself.");
                    }

                    Expand(fragment.SelectionSet, type, within, add);
                    within.Remove(name);
                    break;
            }
        }
    }

    private void Demand(GraphQLTypeCondition? condition, string? type)
    {
        var expected = type ?? (IsMutation ? "Mutation" : "Query");
        if (condition is { Type.Name: var name } && name.StringValue != expected)
        {
            throw new GraphQlError($"A fragment on {name.StringValue} cannot stand in {expected}.");
        }
    }

    private bool IsIncluded(GraphQLDirectives? directives)
    {
        foreach (var directive in directives?.Items ?? [])
        {
            var name = directive.Name.StringValue;
            if (name is "include" or "skip")
            {
                var condition = directive.Arguments?.Items.FirstOrDefault(argument => argument.Name.StringValue == "if")?.Value ?? throw new GraphQlError($"@{name} needs an 'if'.");
                var value = ValueOf(condition) switch
                {
                    bool flag => flag,
                    JsonElement { ValueKind: JsonValueKind.True or JsonValueKind.False } given => given.GetBoolean(),
                    _ => throw new GraphQlError($"The 'if' of @{name} is true or false."),
                };
                if (value == (name == "skip"))
                {
                    return false;
                }
            }
        }

        return true;
    }

    private static GraphQlError NoField(string name, string type, IEnumerable<string> known) => new($"There is no field '{name}' in {type}. It has {string.Join(", ", known)}.");

    private static void Check(int count, int most, string what)
    {
        if (count > most)
        {
            throw TooMuch(most, what);
        }
    }

    private static GraphQlError TooMuch(int most, string what) => new(string.Create(CultureInfo.InvariantCulture, $"A query has at most {most} {what}. Ask for less at once."));
}
