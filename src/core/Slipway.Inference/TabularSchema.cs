using System.Text.Json;
using Slipway.Core.Errors;
using Slipway.Inference.Tabular;

namespace Slipway.Inference;

/// <summary>What a tabular model was trained on, kept as <c>model.json</c> beside the model file, so that it can be served with its own words.</summary>
/// <param name="Task"><c>regression</c>, <c>binary</c> or <c>multiclass</c>.</param>
/// <param name="Columns">The features in the model's order.</param>
/// <param name="Labels">The classes in the order of the model's scores; empty for a regression. For <c>binary</c> the second is the positive one.</param>
public sealed record TabularSchema(string Task, IReadOnlyList<TabularColumn> Columns, IReadOnlyList<string> Labels)
{
    /// <summary>The file's name inside an artifact.</summary>
    public const string FileName = "model.json";

    // A schema of a million categories is some 20 MB.
    private const int MaxBytes = 64 << 20;

    /// <summary>Reads and checks the schema in the file at <paramref name="path"/>.</summary>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.InvalidInput"/>: no such file, no JSON, or a schema that contradicts itself; every mistake is named.</exception>
    public static TabularSchema Load(string path)
    {
        var file = new FileInfo(path);
        if (!file.Exists)
        {
            throw new SlipwayException(ErrorKind.InvalidInput, $"There is no {FileName} at {path}.");
        }

        if (file.Length > MaxBytes)
        {
            throw new SlipwayException(ErrorKind.TooLarge, $"{FileName} is {file.Length} bytes; at most {MaxBytes} are read.");
        }

        TabularSchema? schema;
        try
        {
            schema = JsonSerializer.Deserialize(File.ReadAllBytes(path), TabularJson.Default.TabularSchema);
        }
        catch (JsonException error)
        {
            throw new SlipwayException(
                ErrorKind.InvalidInput,
                $"{FileName} is no tabular schema: {Place(error)}. It needs task, columns and labels, as `slipway train` writes them.",
                error);
        }

        // A list that is left out counts as empty; the check says what is missing.
        return TabularSchemaRules.Check(new TabularSchema(schema?.Task ?? "", schema?.Columns ?? [], schema?.Labels ?? []));
    }

    /// <summary>Checks the schema and writes it to <paramref name="path"/>.</summary>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.InvalidInput"/> when it contradicts itself.</exception>
    public void Save(string path) => File.WriteAllBytes(path, JsonSerializer.SerializeToUtf8Bytes(TabularSchemaRules.Check(this), TabularJson.Default.TabularSchema));

    private static string Place(JsonException error) =>
        error.LineNumber is { } line ? $"it is not valid at line {line + 1}{(error.Path is { Length: > 1 } path ? $", {path}" : "")}" : "it is not valid JSON";
}

/// <summary>One feature.</summary>
/// <param name="Name">The column's name.</param>
/// <param name="Categories">
/// Null for a number. For text, the values seen in training: the index of a value is the code the model knows it by; a value that
/// is not among them counts as missing.
/// </param>
public sealed record TabularColumn(string Name, IReadOnlyList<string>? Categories = null);
