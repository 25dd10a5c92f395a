using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Core.Errors;
using Slipway.Mlflow;

namespace Slipway.Tracking.GraphQl;

/// <summary>Answers a query that was read: each field of the root is asked of its route, and what the query names of that answer is kept.</summary>
internal sealed class GraphQlExecution(HttpContext context, EndpointDataSource routes, GraphQlQuery query, CancellationToken cancellationToken)
{
    /// <summary>The most bytes that a route may answer.</summary>
    private const int MostBytes = 32_000_000;

    /// <summary>The most experiments and lists of versions that are looked up beside runs.</summary>
    private const int MostLookups = 2000;

    private readonly Dictionary<string, JsonElement?> _experiments = [];
    private readonly JsonArray _errors = [];
    private int _lookups;

    /// <summary>What the query asks for, and what went wrong, in GraphQL's form.</summary>
    public async Task<JsonObject> RunAsync()
    {
        var data = new JsonObject();
        foreach (var field in query.Fields)
        {
            data[field.Key] = field.Name == "__typename" ? (query.IsMutation ? "Mutation" : "Query") : await AnswerAsync(field);
        }

        var answer = new JsonObject { ["data"] = data };
        if (_errors.Count > 0)
        {
            answer["errors"] = _errors;
        }

        return answer;
    }

    private async Task<JsonNode?> AnswerAsync(GraphQlSelection field)
    {
        var root = GraphQlSchema.Roots[field.Name];
        try
        {
            return await AskAsync(root.Operation, InputOf(field, root)) is { } answer ? await ProjectAsync(answer, root.Type, field.Fields) : null;
        }
        catch (GraphQlError error)
        {
            Fail(field, error.Message, "INVALID_PARAMETER_VALUE");
            return null;
        }
        catch (SlipwayException error)
        {
            Fail(field, error.Message, error.Kind == ErrorKind.NotFound ? "RESOURCE_DOES_NOT_EXIST" : "INVALID_PARAMETER_VALUE");
            return null;
        }
    }

    private void Fail(GraphQlSelection field, string message, string code) =>
        _errors.Add(new JsonObject { ["message"] = message, ["path"] = new JsonArray(field.Key), ["extensions"] = new JsonObject { ["code"] = code } });

    // The names of an input are those of the route's message in camel case.
    private JsonObject InputOf(GraphQlSelection field, RootField root)
    {
        var argument = field.Field.Arguments?.Items.FirstOrDefault(given => given.Name.StringValue == "input")
            ?? throw new GraphQlError($"The field '{field.Name}' needs the argument 'input'.");
        if (JsonSerializer.SerializeToNode(query.ValueOf(argument.Value)) is not JsonObject input)
        {
            throw new GraphQlError($"The input of '{field.Name}' is an object.");
        }

        var message = new JsonObject();
        foreach (var (name, value) in input)
        {
            message[NameOf(name)] = root.Inputs.Contains(name)
                ? value?.DeepClone()
                : throw new GraphQlError($"The input of '{field.Name}' has no '{name}'. It has {string.Join(", ", root.Inputs)}.");
        }

        return message;
    }

    private async Task<JsonElement?> AskAsync(string operation, JsonObject fields)
    {
        if (MlflowOperation.Find(routes, operation) is not { } found)
        {
            return null;
        }

        using var answer = await found.AskAsync(context, JsonDocument.Parse(fields.ToJsonString()), MostBytes, cancellationToken);
        return answer.RootElement.Clone();
    }

    private async Task<JsonNode?> ProjectAsync(JsonElement value, string type, IReadOnlyList<GraphQlSelection> fields)
    {
        var answer = new JsonObject();
        foreach (var field in fields)
        {
            if (field.Name == "__typename")
            {
                answer[field.Key] = type;
                continue;
            }

            var known = GraphQlSchema.FieldsOf(type)![field.Name];
            var member = (type, field.Name) switch
            {
                (GraphQlSchema.Run, "experiment") => await ExperimentOfAsync(value),
                (GraphQlSchema.Run, "modelVersions") => await VersionsOfAsync(value),
                _ => Find(value, NameOf(field.Name)),
            };
            answer[field.Key] = known.IsList ? await ListAsync(member, known.Type, field.Fields) : await OneAsync(member, known.Type, field.Fields);
        }

        return answer;
    }

    // MLflow's routes leave an empty list out.
    private async Task<JsonNode?> ListAsync(JsonElement? member, string type, IReadOnlyList<GraphQlSelection> fields)
    {
        var list = new JsonArray();
        foreach (var item in member is { ValueKind: JsonValueKind.Array } items ? items.EnumerateArray().ToArray() : [])
        {
            list.Add(await OneAsync(item, type, fields));
        }

        return list;
    }

    private async Task<JsonNode?> OneAsync(JsonElement? member, string type, IReadOnlyList<GraphQlSelection> fields) => member switch
    {
        null or { ValueKind: JsonValueKind.Null } => null,
        { } value when fields.Count > 0 => await ProjectAsync(value, type, fields),
        { ValueKind: JsonValueKind.Number } value when type == GraphQlSchema.LongString => JsonValue.Create(value.GetRawText()),
        { } value => JsonValue.Create(value),
    };

    private async Task<JsonElement?> ExperimentOfAsync(JsonElement run)
    {
        var id = Find(Find(run, "info"), "experiment_id")?.GetString() ?? "";
        if (!_experiments.TryGetValue(id, out var experiment))
        {
            CountLookup();
            experiment = Find(await AskAsync("GetExperiment", new JsonObject { ["experiment_id"] = id }), "experiment");
            _experiments.Add(id, experiment);
        }

        return experiment;
    }

    private async Task<JsonElement?> VersionsOfAsync(JsonElement run)
    {
        CountLookup();
        var id = Find(Find(run, "info"), "run_id")?.GetString() ?? "";
        return Find(await AskAsync("SearchModelVersions", new JsonObject { ["filter"] = $"run_id = '{id}'" }), "model_versions");
    }

    private void CountLookup()
    {
        if (++_lookups > MostLookups)
        {
            throw new GraphQlError($"A query looks up at most {MostLookups} experiments and lists of versions. Ask for fewer runs at once, or leave modelVersions out.");
        }
    }

    private static JsonElement? Find(JsonElement? value, string name) => value is { ValueKind: JsonValueKind.Object } found && found.TryGetProperty(name, out var member) ? member : null;

    private static string NameOf(string name) => JsonNamingPolicy.SnakeCaseLower.ConvertName(name);
}
