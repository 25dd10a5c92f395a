using System.Net.Mime;
using Microsoft.OpenApi;
using Slipway.Mlflow.Contract;

namespace Slipway.Server;

/// <summary>The schemas of MLflow's messages: those that routes share stand once in the document.</summary>
internal sealed class MlflowSchemas
{
    private const string Error = "Error";

    private readonly OpenApiDocument _document;

    public MlflowSchemas(OpenApiDocument document, IEnumerable<KeyValuePair<string, string>> messages)
    {
        _document = document;
        foreach (var (name, fields) in messages)
        {
            document.AddComponent(name, fields.StartsWith('=') ? Choice(fields[1..]) : Message(fields));
        }

        document.AddComponent(Error, Message("error_code! message!"));
    }

    public static OpenApiSchema Text => new() { Type = JsonSchemaType.String };

    private static OpenApiSchema File => new() { Type = JsonSchemaType.String, Format = "binary" };

    /// <summary>A request's body.</summary>
    public OpenApiRequestBody Body(string request) => new() { Required = true, Content = Content(request) };

    /// <summary>The answer, and the errors in MLflow's form.</summary>
    public OpenApiResponses Answers(string answer) => new()
    {
        ["200"] = new OpenApiResponse { Description = "It is done.", Content = Content(answer) },
        ["400"] = Failure("Something is wrong with the request (INVALID_PARAMETER_VALUE, BAD_REQUEST, RESOURCE_ALREADY_EXISTS, INVALID_STATE)."),
        ["404"] = Failure("What it names is not there (RESOURCE_DOES_NOT_EXIST)."),
    };

    /// <summary>The schema of one field.</summary>
    public IOpenApiSchema Of(MlflowField field)
    {
        IOpenApiSchema item = field.Type switch
        {
            "string" => Text,
            "int64" => new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int64" },

            // NaN and the infinities are texts.
            "double" => new OpenApiSchema { Type = JsonSchemaType.Number | JsonSchemaType.String, Format = "double" },
            "bool" => new OpenApiSchema { Type = JsonSchemaType.Boolean },
            "map" => new OpenApiSchema { Type = JsonSchemaType.Object, AdditionalProperties = Text },
            "any" => new OpenApiSchema(),
            _ => new OpenApiSchemaReference(field.Type, _document),
        };
        return field.IsList ? new OpenApiSchema { Type = JsonSchemaType.Array, Items = item } : item;
    }

    private OpenApiResponse Failure(string description) => new()
    {
        Description = description,
        Content = new Dictionary<string, OpenApiMediaType> { [MediaTypeNames.Application.Json] = new() { Schema = new OpenApiSchemaReference(Error, _document) } },
    };

    private Dictionary<string, OpenApiMediaType> Content(string fields) => fields == MlflowContract.File
        ? new() { [MediaTypeNames.Application.Octet] = new() { Schema = File } }
        : new() { [MediaTypeNames.Application.Json] = new() { Schema = Message(fields) } };

    private OpenApiSchema Message(string fields)
    {
        var list = MlflowField.ListOf(fields);
        return new OpenApiSchema
        {
            Type = JsonSchemaType.Object,
            Properties = list.ToDictionary(field => field.Name, Of),
            Required = list.Where(field => field.IsRequired).Select(field => field.Name).ToHashSet(),
        };
    }

    private static OpenApiSchema Choice(string values) => new()
    {
        Type = JsonSchemaType.String,
        Enum = [.. values.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(value => (System.Text.Json.Nodes.JsonNode)value)],
    };
}
