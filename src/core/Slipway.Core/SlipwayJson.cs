using System.Text.Json;
using System.Text.Json.Serialization;

namespace Slipway.Core;

/// <summary>The one way Slipway writes JSON, on the wire and at rest: camel-case names, enums as lower-case words, absent instead of null.</summary>
public static class SlipwayJson
{
    /// <summary>Options for <see cref="JsonSerializer"/>; frozen.</summary>
    public static JsonSerializerOptions Options { get; } = Create();

    /// <summary>Brings other options (ASP.NET's, a test's) to the same rules.</summary>
    public static void Configure(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
        options.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase));
    }

    private static JsonSerializerOptions Create()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web);
        Configure(options);
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}
