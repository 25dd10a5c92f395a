namespace Slipway.Storage;

/// <summary>The folder that holds everything Slipway keeps, readable by its owner only (0700).</summary>
public sealed class DataFolder(string path)
{
    /// <summary>The full path.</summary>
    public string Path { get; } = System.IO.Path.GetFullPath(path);

    /// <summary>
    /// A new, empty folder inside the data folder for half-finished work, on the same file system as the blobs. Whoever takes it deletes it; one that a killed process left is
    /// deleted at the next start.
    /// </summary>
    public WorkFolder CreateWorkFolder(string purpose) => throw new NotImplementedException(purpose);
}

/// <summary>A folder that goes when it is disposed.</summary>
public sealed class WorkFolder(string path) : IDisposable
{
    /// <summary>The full path.</summary>
    public string Path => path;

    /// <inheritdoc/>
    public void Dispose() => throw new NotImplementedException();
}
