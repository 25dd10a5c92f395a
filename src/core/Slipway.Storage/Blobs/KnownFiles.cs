using System.Collections.Concurrent;
using Slipway.Storage.Files;

namespace Slipway.Storage.Blobs;

/// <summary>The digests of files that were stored in this run of the process, so that the same artifact again is not read again.</summary>
internal sealed class KnownFiles
{
    // A bound, not a tuning: artifacts have few files, and beyond it files are read again.
    private const int Most = 10_000;

    private readonly ConcurrentDictionary<FileIdentity, Blob> _known = new();

    public Blob? Find(FileIdentity? file) => file is { } identity && _known.TryGetValue(identity, out var blob) ? blob : null;

    public void Remember(FileIdentity? file, Blob blob)
    {
        if (file is not { } identity)
        {
            return;
        }

        if (_known.Count >= Most)
        {
            _known.Clear();
        }

        _known[identity] = blob;
    }
}
