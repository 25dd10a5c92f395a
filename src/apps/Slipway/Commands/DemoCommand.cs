using System.CommandLine;
using Slipway.Demo;
using Slipway.Output;
using Slipway.Server;

namespace Slipway.Commands;

/// <summary>A model's whole life, in one command.</summary>
internal static class DemoCommand
{
    public static Command Create()
    {
        var command = Verb.Create(
            "demo",
            "Live a model's whole life in a minute, on real bike rentals of 2011: trained and released; watched while the season turns; retrained when its error has grown; the new version tried beside "
            + "the old one on live traffic and promoted; a mistaken one taken back. Then stay up with the console. A demo that was stopped goes on where it was.",
            "slipway demo",
            "slipway demo --exit --json");
        var exit = new Option<bool>("--exit") { Description = "Stop when the story has ended." };
        var sample = new Option<string>("--sample")
        {
            Description = "Another sample's folder, with the files that samples/bikes has.",
            HelpName = "FOLDER",
            DefaultValueFactory = _ => DemoProject.UsualFolder,
        };
        var options = new ServerOptions();
        command.Add(exit);
        command.Add(sample);
        options.AddTo(command);
        return command.Runs(async (parsed, terminal, cancellationToken) =>
        {
            var settings = options.Read(parsed);
            DemoProject.CheckMachine();
            await using var server = await SlipwayServer.StartAsync(settings, LogLevel.Error, cancellationToken);
            var report = await DemoRun.RunAsync(server, new DemoProject(Path.GetFullPath(parsed.GetValue(sample)!)), terminal, cancellationToken);
            DemoTable.Write(terminal, report);
            terminal.WriteJson(report);
            if (!parsed.GetValue(exit))
            {
                terminal.Say($"The server stays up. Console: {report.Console}   Ctrl+C stops it.");
                await server.UntilStoppedAsync(cancellationToken);
            }

            return report.Ok ? ExitCode.Good : ExitCode.Failed;
        });
    }
}
