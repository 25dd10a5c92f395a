namespace Slipway.Datasets.Duck;

/// <summary>What a session may touch. Nothing else: not the network, not another file, not its own settings.</summary>
/// <param name="Work">The folder for what does not fit memory, and for results; readable and writable.</param>
/// <param name="Folders">Further folders that may be read.</param>
/// <param name="Files">Further files that may be read.</param>
public sealed record DuckAccess(string Work, IReadOnlyList<string> Folders, IReadOnlyList<string> Files);
