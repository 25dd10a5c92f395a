using Slipway.Serving.Routing;

namespace Slipway.Serving.Repository.Folder;

/// <summary>A version of a folder's model that is in memory.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Loaded">The model.</param>
/// <param name="Stamp">What its files looked like before it was loaded.</param>
/// <param name="LoadTime">How long the load took.</param>
/// <param name="Bytes">By how much the process grew, but at least the size of the files.</param>
internal sealed record FolderVersion(int Number, LoadedVersion Loaded, string Stamp, TimeSpan LoadTime, long Bytes);
