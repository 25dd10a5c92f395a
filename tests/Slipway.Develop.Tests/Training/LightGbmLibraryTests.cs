using System.Text;
using Slipway.Training.LightGbm;

namespace Slipway.Develop.Tests.Training;

public sealed class LightGbmLibraryTests
{
    [Fact]
    public void The_library_is_found_where_training_works()
    {
        Assert.True(LightGbmLibrary.Check(out var problem), problem);
        Assert.Null(problem);
    }

    [Fact]
    public void Without_libgomp_the_one_command_that_installs_it_is_said()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Elsewhere LightGBM needs no libgomp.");
        var folder = Directory.CreateTempSubdirectory("slipway-libgomp-");
        try
        {
            // A copy that asks for a libgomp of another version, which no machine has: the loader fails as it does on a bare machine.
            var library = File.ReadAllBytes(Directory.EnumerateFiles(AppContext.BaseDirectory, "lib_lightgbm.so", SearchOption.AllDirectories).First());
            var at = library.AsSpan().IndexOf("libgomp.so.1"u8);
            Assert.True(at > 0);
            Encoding.ASCII.GetBytes("9").CopyTo(library, at + "libgomp.so.".Length);
            var copy = Path.Combine(folder.FullName, "lib_lightgbm_without_libgomp.so");
            File.WriteAllBytes(copy, library);

            Assert.False(LightGbmLibrary.Check(copy, out var problem));
            Assert.Contains("apt-get install -y libgomp1", problem, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void A_library_that_is_not_there_is_named()
    {
        Assert.False(LightGbmLibrary.Check("lib_lightgbm_that_is_not_there", out var problem));
        Assert.Contains("lib_lightgbm_that_is_not_there", problem, StringComparison.Ordinal);
    }
}
