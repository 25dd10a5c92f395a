using System.Globalization;
using Slipway.Core.Errors;
using Slipway.Core.Files;
using Slipway.Core.Names;

namespace Slipway.Serving.Repository.Folder;

/// <summary>Looks what models lie in a folder. Reads names and first bytes only; what is inside a model is told when it is loaded.</summary>
internal static class FolderScan
{
    private const int MaxEntries = 10_000;

    private static readonly string[] ForeignExtensions =
        [".pkl", ".pickle", ".joblib", ".dill", ".cloudpickle", ".pt", ".pth", ".h5", ".keras", ".pb", ".tflite", ".safetensors", ".ort", ".plan", ".engine", ".zip"];

    /// <summary>The models of the folder, by name, and a sentence for each entry that looks like a model and cannot be served.</summary>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.InvalidInput"/> when there is no such folder, or it cannot be read.</exception>
    public static FolderContents Scan(string root)
    {
        var sources = new Dictionary<string, ModelSource>(StringComparer.Ordinal);
        var remarks = new List<string>();
        try
        {
            foreach (var entry in new DirectoryInfo(root).EnumerateFileSystemInfos().OrderBy(e => e.Name, StringComparer.Ordinal).Take(MaxEntries))
            {
                // Hidden entries are a tool's own: .git, .cache, the ..data of a mounted volume.
                if (entry.Name[0] != '.' && Recognise(root, entry.Name, remarks) is { } source)
                {
                    Add(sources, source, remarks);
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SlipwayException(ErrorKind.InvalidInput, $"The folder of models {root} cannot be read: {e.Message} Name another with --models.", e);
        }

        return new FolderContents([.. sources.Values.OrderBy(s => s.Name, StringComparer.Ordinal)], remarks);
    }

    /// <summary>True for the folder of a version: a number without a sign or leading zeros.</summary>
    public static bool IsVersion(string name, out int number) =>
        int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number > 0 && name[0] != '0';

    private static ModelSource? Recognise(string root, string entry, List<string> remarks)
    {
        ModelSource? found;
        try
        {
            var path = SafePath.Resolve(root, entry, "entry of the folder of models");
            found = Directory.Exists(path) ? OfFolder(entry, path, remarks) : OfFile(entry, path, remarks);
        }
        catch (Exception e) when (e is SlipwayException or IOException or UnauthorizedAccessException)
        {
            // One entry that cannot be read must not hide the others.
            remarks.Add($"{entry} is not served: {e.Message}");
            return null;
        }

        if (found is null || ResourceName.IsValid(found.Name))
        {
            return found;
        }

        var proposal = ResourceName.Propose(found.Name) is { } name ? $" '{name}' would do." : "";
        remarks.Add($"{entry} is not served: '{found.Name}' is not a name for a deployment. Allowed are {ResourceName.Rule}.{proposal}");
        return null;
    }

    private static ModelSource? OfFolder(string entry, string path, List<string> remarks)
    {
        if (File.Exists(Path.Join(path, MlflowModel.FileName)))
        {
            return new ModelSource(entry, path, ModelLayout.Mlflow);
        }

        // A folder with a configuration is meant for a model, also while its first version is on its way.
        if (File.Exists(Path.Join(path, Configuration.ModelConfig.FileName)) || Directory.EnumerateDirectories(path).Any(d => IsVersion(Path.GetFileName(d), out _)))
        {
            return new ModelSource(entry, path, ModelLayout.Versions);
        }

        if (Directory.EnumerateFiles(path).FirstOrDefault(file => IsModel(file) || IsForeign(file)) is { } loose)
        {
            remarks.Add($"{entry} is not served: its {Path.GetFileName(loose)} lies in no version's folder. Move it to {entry}/1/model{Path.GetExtension(loose)}, or beside {entry} as a file.");
        }

        return null;
    }

    private static ModelSource? OfFile(string entry, string path, List<string> remarks)
    {
        if (IsModel(path))
        {
            return new ModelSource(Path.GetFileNameWithoutExtension(entry), path, ModelLayout.File);
        }

        if (IsForeign(path))
        {
            remarks.Add($"{entry} is not served: files of its kind are not loaded. Export the model to ONNX, or save it as a LightGBM text model.");
        }

        return null;
    }

    private static bool IsModel(string path) => Path.GetExtension(path) switch
    {
        ".onnx" => true,
        ".txt" => StartsAsTrees(path),
        _ => false,
    };

    private static bool IsForeign(string path) => ForeignExtensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);

    // Notes and lists of labels end in .txt too.
    private static bool StartsAsTrees(string path)
    {
        Span<byte> start = stackalloc byte[5];
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        return stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length && start.StartsWith("tree"u8) && start[4] is (byte)'\n' or (byte)'\r';
    }

    private static void Add(Dictionary<string, ModelSource> sources, ModelSource source, List<string> remarks)
    {
        if (!sources.TryGetValue(source.Name, out var other))
        {
            sources.Add(source.Name, source);
            return;
        }

        // A folder says more than a file: it has versions. Of two files the first by name stays.
        var stays = other.Layout == ModelLayout.File && source.Layout != ModelLayout.File ? source : other;
        sources[source.Name] = stays;
        var goes = ReferenceEquals(stays, other) ? source : other;
        remarks.Add($"{Path.GetFileName(goes.Path)} is not served: {Path.GetFileName(stays.Path)} has the same name. Rename one of them.");
    }
}

/// <summary>What lies in a folder of models.</summary>
/// <param name="Models">The models, by name.</param>
/// <param name="Remarks">What is not served, in sentences.</param>
internal sealed record FolderContents(IReadOnlyList<ModelSource> Models, IReadOnlyList<string> Remarks);
