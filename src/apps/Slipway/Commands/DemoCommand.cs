using System.CommandLine;
using Slipway.Demo;
using Slipway.Output;
using Slipway.Server;

namespace Slipway.Commands;

/// <summary>Real data to a model that answers, in one command.</summary>
internal static class DemoCommand
{
    public static Command Create()
    {
        var command = Verb.Create(
            "demo",
            "Take real bike rentals of 2011 to a validated, registered, deployed model, replay the following month against it over HTTP, and stay up with the console.",
            "slipway demo",
            "slipway demo --exit --json");
        var exit = new Option<bool>("--exit") { Description = "Stop when the replay has ended." };
        var options = new ServerOptions();
        command.Add(exit);
        options.AddTo(command);
        return command.Runs(async (parsed, terminal, cancellationToken) =>
        {
            var settings = options.Read(parsed);
            DemoProject.CheckMachine();
            await using var server = await SlipwayServer.StartAsync(settings, LogLevel.Warning, cancellationToken);
            var report = await DemoRun.RunAsync(server, terminal, cancellationToken);
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
