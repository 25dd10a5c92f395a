using System.Globalization;
using Slipway.Core.Errors;
using Slipway.Core.Names;
using Slipway.Inference;
using Slipway.Serving.Repository.Configuration;
using Slipway.Serving.Routing;
using Slipway.Storage;

namespace Slipway.Serving.Repository.Folder;

/// <summary>Loads one version of a folder's model, warms it, and measures what that took. One load at a time, so that what is measured is its own.</summary>
internal sealed class FolderLoader(VersionServer versions, DataFolder data, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _one = new(1);

    /// <summary>A version as the figures, the log and the registry's rules call it. Registered versions begin at 1.0.0, so a folder's is never taken for one of them.</summary>
    public static VersionReference Reference(string model, int number) => new(model, new SemanticVersion(0, 0, number));

    /// <summary>Loads a version.</summary>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.InvalidInput"/>: what is wrong with it.</exception>
    public async Task<FolderVersion> LoadAsync(ModelPlan plan, PlannedVersion version, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            var grown = Environment.WorkingSet;
            var started = time.GetTimestamp();
            var model = Open(plan, version);
            var loaded = await versions.TakeAsync(Reference(plan.Source.Name, version.Number), model, version.Path, version.Number, plan.Config.Settings) with
            {
                Label = version.Number.ToString(CultureInfo.InvariantCulture),
            };
            var took = time.GetElapsedTime(started);
            var bytes = Math.Max(Environment.WorkingSet - grown, SizeOf(version.Path));
            return new FolderVersion(version.Number, loaded, version.Stamp, took, bytes);
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    private IModel Open(ModelPlan plan, PlannedVersion version)
    {
        var before = FileStamp.Of(version.Path);
        var model = Load(version.Path, ModelKey.OptionsOf(plan.Config.Settings));
        try
        {
            // Half of the old weights with half of the new ones are a model that nobody has trained, and nothing in the files would tell.
            if (FileStamp.Of(version.Path) != before)
            {
                throw new SlipwayException(ErrorKind.InvalidInput, $"{Path.GetFileName(version.Path)} was written to while it was being read. Load it again when it is complete.");
            }

            return ConfiguredSignature.Apply(plan.Config, plan.Labels, ColumnsModel.Wrap(model, plan.Columns));
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    // What maps its weights from their files would answer with whatever somebody writes into them later, and end the server where they become shorter. So it is loaded from a copy, which is away again
    // as soon as it is mapped.
    private IModel Load(string path, ModelLoadOptions options)
    {
        if (ModelLoader.ExternalFiles(path).Count == 0)
        {
            return ModelLoader.Load(path, options);
        }

        using var copy = data.CreateWorkFolder("model");
        return ModelLoader.Load(ModelLoader.Copy(path, copy.Path), options);
    }

    private static long SizeOf(string path) => Directory.Exists(path)
        ? new DirectoryInfo(path).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length)
        : ModelLoader.ExternalFiles(path).Append(path).Sum(file => new FileInfo(file).Length);
}
