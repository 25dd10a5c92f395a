using System.Runtime.CompilerServices;

namespace Slipway.Core.Tests.Inference;

/// <summary>The models in <c>data/</c>, which <c>data/make_models.py</c> writes.</summary>
internal static class TestModels
{
    public static string Path(string name, [CallerFilePath] string here = "") =>
        System.IO.Path.Combine(Folder(here), name);

    private static string Folder(string here) => System.IO.Path.Combine(System.IO.Path.GetDirectoryName(here)!, "data");
}
