using System.Text.Json.Nodes;
using Slipway.Core.Projects;

namespace Slipway.Core.Tests.Core;

public sealed class ProjectSchemaTests
{
    [Fact]
    public void The_schema_that_ships_is_the_one_that_the_keys_generate()
    {
        var generated = ProjectSchema.Generate();
        var file = Repository.File("src/core/Slipway.Core/Projects/slipway.schema.json");
        if (Environment.GetEnvironmentVariable("SLIPWAY_UPDATE_SNAPSHOTS") == "1")
        {
            File.WriteAllText(file, generated);
        }

        Assert.True(generated == File.ReadAllText(file), $"{file} is not current. Run this test with SLIPWAY_UPDATE_SNAPSHOTS=1 and look at what changed.");
    }

    [Fact]
    public void The_program_carries_it()
    {
        var schema = JsonNode.Parse(ProjectFile.Schema)!;

        Assert.Equal("http://json-schema.org/draft-07/schema#", (string?)schema["$schema"]);
        Assert.Equal("Where the data comes from.", (string?)schema["properties"]!["data"]!["description"]);
        Assert.EndsWith("Not available yet.", (string?)schema["properties"]!["monitor"]!["properties"]!["resources"]!["description"], StringComparison.Ordinal);
    }
}
