using System.Globalization;
using Slipway.Core.Names;
using Slipway.Storage;
using Slipway.Storage.Files;

namespace Slipway.Monitoring.Log.Chunks;

/// <summary>Where a deployment's predictions lie. Every path of the log is made here, from names that were checked.</summary>
internal sealed class PredictionFolder(DataFolder data)
{
    private const string Root = "predictions";
    private const string Open = "open";

    /// <summary>The deployments that have a folder.</summary>
    public IReadOnlyList<string> Deployments()
    {
        var root = new DirectoryInfo(data.Of(Root));
        return root.Exists ? [.. root.EnumerateDirectories().Select(d => d.Name).Where(ResourceName.IsValid).Order(StringComparer.Ordinal)] : [];
    }

    /// <summary>The chunks in a deployment's open folder, oldest first: the one that is written, and finished ones that are not Parquet yet.</summary>
    public IReadOnlyList<string> Chunks(string deployment)
    {
        var folder = new DirectoryInfo(data.Of(Root, Checked(deployment), Open));
        return folder.Exists
            ? [.. folder.EnumerateFiles("*" + ChunkName.Extension).Select(f => Path.GetFileNameWithoutExtension(f.Name)).Where(ChunkName.IsValid).Order(StringComparer.Ordinal)]
            : [];
    }

    /// <summary>A deployment's folder, with the folders of its dates.</summary>
    public string Of(string deployment) => data.Of(Root, Checked(deployment));

    public string Chunk(string deployment, string chunk) => data.Of(Root, Checked(deployment), Open, chunk + ChunkName.Extension);

    public string Index(string deployment, string chunk) => data.Of(Root, Checked(deployment), Open, chunk + ChunkName.IndexExtension);

    public void CreateOpenFolder(string deployment) => data.CreateFolder(Root, Checked(deployment), Open);

    /// <summary>Deletes the indexes whose chunk is gone: a kill came between the two.</summary>
    public void RemoveLeftovers(string deployment)
    {
        var open = new DirectoryInfo(data.Of(Root, Checked(deployment), Open));
        var indexes = open.Exists ? open.EnumerateFiles("*" + ChunkName.IndexExtension).ToList() : [];
        foreach (var index in indexes.Where(i => !File.Exists(Path.ChangeExtension(i.FullName, ChunkName.Extension))))
        {
            index.Delete();
        }
    }

    /// <summary>Where the files of a chunk are written before they get their names; on the same file system, and not seen by whoever reads the dates.</summary>
    public string Staging(string deployment, string chunk) => data.Of(Root, Checked(deployment), Open, chunk + ".parquet");

    /// <summary>The folder of an hour, <c>date=2012-05-03/hour=14</c>, which is created when it is missing.</summary>
    public string CreateHour(string deployment, DateTime hour)
    {
        var date = Path.Combine(Of(deployment), string.Create(CultureInfo.InvariantCulture, $"date={hour:yyyy-MM-dd}"));
        var folder = Path.Combine(date, string.Create(CultureInfo.InvariantCulture, $"hour={hour:HH}"));
        if (!Directory.Exists(folder))
        {
            PrivateFiles.CreateFolder(date);
            PrivateFiles.CreateFolder(folder);
        }

        return folder;
    }

    private static string Checked(string deployment) => ResourceName.Check(deployment, "deployment");
}
