namespace Slipway.EndToEnd.Tests;

/// <summary>Where the tree that is tested lies.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string Launcher { get; } = Path.Combine(Root, "slipway");

    public static string Sample(string path) => Path.Combine(Root, "samples", path);

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Slipway.slnx")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("Slipway.slnx is not above the tests.");
    }
}
