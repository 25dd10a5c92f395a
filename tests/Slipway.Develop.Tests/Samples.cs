namespace Slipway.Develop.Tests;

/// <summary>Where the samples' data is, from wherever the tests run.</summary>
internal static class Samples
{
    /// <summary>Hourly bike rentals in Washington, 2011 and 2012 (UCI, Fanaee-T and Gama 2013, CC BY 4.0).</summary>
    public static string Bikes { get; } = Find("samples/bikes/data");

    /// <summary>Census income, 1994 (UCI, Becker and Kohavi 1996, CC BY 4.0).</summary>
    public static string Income { get; } = Find("samples/income/data");

    private static string Find(string folder)
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "Slipway.slnx")))
        {
            root = root.Parent ?? throw new DirectoryNotFoundException("The tests do not run inside the repository.");
        }

        return Path.Combine(root.FullName, folder);
    }
}
