using Slipway.Core.Errors;
using Slipway.Core.Projects;
using Slipway.Training.LightGbm;

namespace Slipway.Demo;

/// <summary>The sample that the demo brings to life; it lies beside the program.</summary>
internal static class DemoProject
{
    /// <summary>The sample's folder.</summary>
    public static string Folder { get; } = Path.Combine(AppContext.BaseDirectory, "samples", "bikes");

    /// <summary>The project's file.</summary>
    public static string File { get; } = Path.Combine(Folder, ProjectFile.DefaultName);

    /// <summary>The SQL of the rows that are replayed: the month after those that the model learns from.</summary>
    public static string ReplaySql { get; } = Path.Combine(Folder, "replay.sql");

    /// <summary>Checks what a bare machine may lack before anything is begun.</summary>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.Unavailable"/> with the one command that installs it.</exception>
    public static void CheckMachine()
    {
        if (!LightGbmLibrary.Check(out var problem))
        {
            throw new SlipwayException(ErrorKind.Unavailable, problem!);
        }
    }
}
