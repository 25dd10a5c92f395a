using System.Text.Json.Nodes;
using NJsonSchema;
using Slipway.Core.Projects;
using Slipway.Core.Projects.Yaml;

namespace Slipway.Core.Tests.Core;

/// <summary>The schema as an editor uses it: another implementation reads it and judges files by it.</summary>
public sealed class ProjectSchemaValidationTests
{
    [Theory]
    [InlineData(ProjectExamples.Complete)]
    [InlineData(ProjectExamples.Available)]
    [InlineData(ProjectExamples.Income)]
    [InlineData(ProjectExamples.Finished)]
    public async Task What_is_right_is_right_in_an_editor(string text) => Assert.Empty(await ValidateAsync(text));

    [Theory]
    [InlineData("model: Bike\nartifact: x")]
    [InlineData("model: m")]
    [InlineData("modle: m\nartifact: x")]
    [InlineData("model: m\nartifact: x\ntrain: { task: binary }")]
    [InlineData("model: m\ndata: { label: y }")]
    [InlineData("model: m\nartifact: /x")]
    [InlineData("model: m\nartifact: x\ndeploy: { strategy: slow }")]
    [InlineData("model: m\nartifact: x\nserve: { timeout: 500 }")]
    [InlineData("model: m\nartifact: x\nserve: { batching: { maxSize: 0 } }")]
    [InlineData("model: m\nartifact: x\nmonitor: { drift: {} }")]
    [InlineData("model: m\nartifact: x\nmonitor: { errors: \"> 1%\" }")]
    [InlineData("model: m\ndata: { sql: s, label: y }\ntrain: { task: binary, algorithm: lightgbm, command: [a] }")]
    [InlineData("model: m\ndata: { sql: s, label: y }\ntrain: { task: binary, parameters: { rounds: \"3\" } }")]
    [InlineData("model: m\ndata: { sql: s, label: y }\ntrain: { task: binary, search: { trials: 3, x: [1] } }")]
    [InlineData("model: m\ndata: { sql: s, label: y }\nvalidate: { performance: { rmse: \">= 3\" } }")]
    public async Task What_is_wrong_by_itself_is_wrong_in_an_editor(string text) => Assert.NotEmpty(await ValidateAsync(text));

    private static async Task<ICollection<NJsonSchema.Validation.ValidationError>> ValidateAsync(string text)
    {
        var schema = await JsonSchema.FromJsonAsync(ProjectFile.Schema, TestContext.Current.CancellationToken);
        return schema.Validate(Json(YamlReader.Read(new Reading("f"), text)!)!.ToJsonString());
    }

    private static JsonNode? Json(YamlNode node) => node switch
    {
        YamlMap map => new JsonObject(map.Entries.Select(e => KeyValuePair.Create(e.Key.Value, Json(e.Value)))),
        YamlList list => new JsonArray([.. list.Items.Select(Json)]),
        YamlText { Plain: true, Value: "true" or "false" } truth => truth.Value == "true",
        YamlText { Plain: true } whole when int.TryParse(whole.Value, out var number) => number,
        YamlText { Plain: true } number when Projects.Shapes.Values.TryNumber(number, out var value) => value,
        YamlText word => word.Value,
        _ => null,
    };
}
