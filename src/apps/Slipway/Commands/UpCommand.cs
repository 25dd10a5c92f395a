using System.CommandLine;
using Slipway.Output;
using Slipway.Server;

namespace Slipway.Commands;

/// <summary>Runs the server.</summary>
internal static class UpCommand
{
    public static Command Create()
    {
        var command = Verb.Create(
            "up",
            $"Run the server until Ctrl+C. Settings come from {SettingsReader.FileName}, then SLIPWAY__… environment variables, then flags.",
            "slipway up",
            "slipway up --http 127.0.0.1:0 --grpc 127.0.0.1:0 --data /var/lib/slipway",
            "slipway up --models /srv/models",
            "slipway up --auth --http 0.0.0.0:5080 --grpc 0.0.0.0:5081",
            "slipway up --database postgres://slipway@127.0.0.1:5432/slipway");
        var options = new ServerOptions();
        options.AddTo(command);
        options.AddModelsTo(command);
        return command.Runs(async (parsed, terminal, cancellationToken) =>
        {
            var settings = options.Read(parsed);
            await using var server = await SlipwayServer.StartAsync(settings, LogLevel.Information, cancellationToken);
            terminal.Say($"Slipway is up. Console and API: {server.HttpAddress}   gRPC: {server.GrpcAddress}   {(settings.Database is { } database ? $"Database: {database}   " : "")}Ctrl+C stops it.");
            terminal.WriteJson(new { http = server.HttpAddress, grpc = server.GrpcAddress, pid = Environment.ProcessId });
            await server.UntilStoppedAsync(cancellationToken);
            terminal.Say("Stopping: requests in flight finish first.");
            return ExitCode.Good;
        });
    }
}
