using Slipway.Core.Errors;
using Slipway.Core.Files;
using Slipway.Serving.Repository.Configuration;

namespace Slipway.Serving.Repository.Folder;

/// <summary>Reads what stands beside a model: its configuration, its versions, its classes' names. Loads nothing.</summary>
internal static class FolderPlan
{
    private const int MaxTextBytes = 8 << 20;

    /// <summary>What is to be loaded of <paramref name="source"/>.</summary>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.InvalidInput"/>: a configuration that is wrong, or nothing to serve.</exception>
    public static ModelPlan Make(ModelSource source)
    {
        try
        {
            return source.Layout switch
            {
                ModelLayout.Versions => OfVersions(source),
                ModelLayout.Mlflow => OfMlflow(source),
                _ => Plain(source, new PlannedVersion(1, source.Path, FileStamp.Of(source.Path)), []),
            };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Invalid($"{Path.GetFileName(source.Path)} cannot be read: {e.Message}");
        }
    }

    private static ModelPlan OfMlflow(ModelSource source)
    {
        var described = MlflowModel.Read(source.Path);
        return Plain(source, new PlannedVersion(1, described.Path, FileStamp.Of(source.Path)), described.Columns);
    }

    private static ModelPlan Plain(ModelSource source, PlannedVersion version, IReadOnlyList<string> columns) => new(source, [version], ModelConfig.None, [], columns, []);

    private static ModelPlan OfVersions(ModelSource source)
    {
        var remarks = new List<string>();
        var text = ReadText(source.Path, ModelConfig.FileName, "configuration");
        var config = text is null ? ModelConfig.None : ModelConfigReader.Read(text);
        if (config.Name is { Length: > 0 } name && name != source.Name)
        {
            throw Invalid($"{ModelConfig.FileName} is of a model '{name}', but lies in the folder '{source.Name}'. Give both the same name.");
        }

        if (config.Ignored.Count > 0)
        {
            remarks.Add($"{ModelConfig.FileName} says {string.Join(", ", config.Ignored)}, which Slipway does not act on.");
        }

        var labels = ReadLabels(source, config, remarks);
        var stamp = $"{text}\n{string.Join('\n', labels)}\n";
        var there = Numbers(source, remarks);
        var chosen = config.Policy.Choose(there).ToList();
        foreach (var missing in (config.Policy.Specific ?? []).Except(there))
        {
            remarks.Add($"{ModelConfig.FileName} asks for version {missing}, which is not there.");
        }

        return chosen.Count == 0
            ? throw Invalid(there.Count == 0
                ? $"{source.Name} has no version. Put the model into {source.Name}/1/."
                : $"{source.Name} has the versions {string.Join(", ", there)}, none of which its version_policy asks for.")
            : new ModelPlan(source, [.. chosen.Select(number => Version(source, number, config, stamp))], config, labels, [], remarks);
    }

    private static PlannedVersion Version(ModelSource source, int number, ModelConfig config, string stamp)
    {
        var folder = SafePath.Resolve(source.Path, $"{number}", "folder of a version");
        var path = config.ModelFile is null ? folder : SafePath.Resolve(folder, config.ModelFile, "model file");
        return new PlannedVersion(number, path, stamp + FileStamp.Of(folder));
    }

    private static List<int> Numbers(ModelSource source, List<string> remarks)
    {
        var numbers = new List<int>();
        foreach (var name in Directory.EnumerateDirectories(source.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal))
        {
            if (FolderScan.IsVersion(name!, out var number))
            {
                numbers.Add(number);
            }
            else if (name!.All(char.IsAsciiDigit))
            {
                remarks.Add($"{source.Name}/{name} is not served: a version is a whole number from 1 to {int.MaxValue} without leading zeros.");
            }
        }

        return numbers;
    }

    private static IReadOnlyList<string> ReadLabels(ModelSource source, ModelConfig config, List<string> remarks)
    {
        IReadOnlyList<string> labels = [];
        foreach (var output in config.Outputs.Where(output => output.LabelFile is not null))
        {
            if (labels.Count > 0)
            {
                remarks.Add($"{ModelConfig.FileName} gives several outputs a label_filename; the first one counts.");
                break;
            }

            var text = ReadText(source.Path, output.LabelFile!, "file of labels")
                ?? throw Invalid($"{ModelConfig.FileName} names the labels {output.LabelFile}, and there is no such file beside it.");
            labels = [.. text.TrimEnd('\r', '\n').Split('\n').Select(line => line.TrimEnd('\r'))];
        }

        return labels;
    }

    private static string? ReadText(string folder, string name, string what)
    {
        var file = new FileInfo(SafePath.Resolve(folder, name, what));
        return !file.Exists ? null
            : file.Length > MaxTextBytes ? throw new SlipwayException(ErrorKind.TooLarge, $"{name} is {file.Length} bytes; at most {MaxTextBytes} are read.")
            : File.ReadAllText(file.FullName);
    }

    private static SlipwayException Invalid(string message) => new(ErrorKind.InvalidInput, message);
}
