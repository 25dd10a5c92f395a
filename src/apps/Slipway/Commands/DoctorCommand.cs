using System.CommandLine;
using Slipway.Output;
using Slipway.Server;

namespace Slipway.Commands;

/// <summary>Checks what Slipway needs, and says how to mend what is missing.</summary>
internal static class DoctorCommand
{
    public static Command Create()
    {
        var command = Verb.Create("doctor", "Check the SDK, native libraries, ports, disk, data folder and database, and say how to mend each.", "slipway doctor");
        var options = new ServerOptions();
        options.AddTo(command);
        return command.Runs(async (parsed, terminal, cancellationToken) =>
        {
            var checks = await Doctor.ExamineAsync(options.Read(parsed), cancellationToken);
            foreach (var check in checks)
            {
                terminal.Say($"{(check.Ok ? "ok    " : "WRONG "),-6} {check.Name,-13} {check.Finding}");
                if (check.Remedy is not null)
                {
                    terminal.Say($"       {"",-13} {check.Remedy}");
                }
            }

            var ok = checks.All(check => check.Ok);
            terminal.WriteJson(new { ok, checks });
            return ok ? ExitCode.Good : ExitCode.Failed;
        });
    }
}
