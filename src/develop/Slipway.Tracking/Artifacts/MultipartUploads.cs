using System.Collections.Concurrent;
using System.Globalization;
using Slipway.Core.Errors;
using Slipway.Core.Text;
using Slipway.Storage;

namespace Slipway.Tracking.Artifacts;

/// <summary>
/// Uploads in parts, as clients make them of large files: parts come in any order and at once, and lie in a work folder until the last one. Of an upload that nobody completes nothing is
/// left after a day, or after the next start.
/// </summary>
internal sealed class MultipartUploads(DataFolder folder, TimeProvider time) : IDisposable
{
    public const int MostOpen = 100;

    public static readonly TimeSpan Idle = TimeSpan.FromDays(1);

    private readonly ConcurrentDictionary<string, MultipartUpload> _open = new();

    /// <summary>Begins an upload.</summary>
    public MultipartUpload Create(string path, int parts)
    {
        foreach (var abandoned in Abandoned())
        {
            Remove(abandoned);
        }

        if (_open.Count >= MostOpen)
        {
            throw new SlipwayException(ErrorKind.Unavailable, string.Create(CultureInfo.InvariantCulture, $"There are {MostOpen} uploads in parts already. Complete or abort one, then try again."));
        }

        var upload = new MultipartUpload(Guid.NewGuid().ToString("N"), path, parts, folder.CreateWorkFolder("upload"), time);
        _open[upload.Id] = upload;
        return upload;
    }

    /// <summary>The upload, by its id and, where the caller says one, its path.</summary>
    public MultipartUpload Get(string id, string? path = null) => _open.TryGetValue(id, out var upload) && (path is null || upload.Path == path)
        ? upload
        : throw new SlipwayException(ErrorKind.NotFound, $"There is no upload '{Excerpt.Of(id)}'{(path is null ? "" : $" of '{Excerpt.Of(path, 120)}'")}: it was completed or aborted, or the server was started anew. Begin another.");

    /// <summary>Uploads that nobody has sent anything to for a day.</summary>
    public IReadOnlyList<MultipartUpload> Abandoned()
    {
        var now = time.GetUtcNow();
        return [.. _open.Values.Where(upload => now - upload.LastUsed > Idle)];
    }

    public void Remove(MultipartUpload upload)
    {
        if (_open.TryRemove(upload.Id, out _))
        {
            upload.Dispose();
        }
    }

    public void Dispose()
    {
        foreach (var upload in _open.Values)
        {
            Remove(upload);
        }
    }
}
