using Slipway.Core.Errors;
using Slipway.Core.Projects;
using Slipway.Training.LightGbm;

namespace Slipway.Demo;

/// <summary>The sample that the demo brings to life.</summary>
/// <param name="Folder">Its folder.</param>
internal sealed record DemoProject(string Folder)
{
    /// <summary>The sample that lies beside the program.</summary>
    public static string UsualFolder { get; } = Path.Combine(AppContext.BaseDirectory, "samples", "bikes");

    /// <summary>The project's file.</summary>
    public string File => Path.Combine(Folder, ProjectFile.DefaultName);

    /// <summary>The same project, fed by a source that is wrong about some of the rows.</summary>
    public string MistakenFile => Path.Combine(Folder, "mistaken.yaml");

    /// <summary>The SQL of the rows that are sent as requests: the months after those that the first version learns from.</summary>
    public string ReplaySql => Path.Combine(Folder, "replay.sql");

    /// <summary>The first version learns from rows before this time: a winter.</summary>
    public static DateTimeOffset LearnedUntil { get; } = new(2011, 4, 1, 0, 0, 0, TimeSpan.Zero);

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
