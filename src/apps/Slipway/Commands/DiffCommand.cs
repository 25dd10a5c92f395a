using System.CommandLine;
using Slipway.Client;
using Slipway.Core.Errors;
using Slipway.Core.Names;
using Slipway.Monitoring.Diff;
using Slipway.Output;

namespace Slipway.Commands;

/// <summary>Two versions side by side.</summary>
internal static class DiffCommand
{
    public static Command Create()
    {
        var command = Verb.Create(
            "diff",
            "Compare two versions: signature, data, recipe, metrics overall and by segment, predictions on the same rows, size and speed, and whether those who call the first would be served by the second.",
            "slipway diff bike-demand@1.0.0 bike-demand@1.1.0",
            "slipway diff bike-demand 1.0.0 1.1.0");
        var versions = new Argument<string[]>("versions") { Description = "Two versions as MODEL@MAJOR.MINOR.PATCH, or a model and two of its versions.", Arity = new ArgumentArity(2, 3) };
        var server = Verb.ServerOption();
        command.Add(versions);
        command.Add(server);
        return command.Runs(async (parsed, terminal, cancellationToken) =>
        {
            var (a, b) = Read(parsed.GetValue(versions)!);
            using var client = new SlipwayClient(parsed.GetValue(server));
            var diff = await client.GetAsync<VersionDiff>($"/api/v1/models/diff?{QueryText.Of(("a", a.ToString()), ("b", b.ToString()))}", cancellationToken);
            foreach (var line in DiffView.Lines(diff))
            {
                terminal.Say(line);
            }

            terminal.WriteJson(diff);
            return ExitCode.Good;
        });
    }

    private static (VersionReference A, VersionReference B) Read(string[] given) => given switch
    {
        [var model, var a, var b] => (new VersionReference(ResourceName.Check(model, "model"), SemanticVersion.Parse(a)), new VersionReference(model, SemanticVersion.Parse(b))),
        [var a, var b] => (VersionReference.Parse(a), VersionReference.Parse(b)),
        _ => throw new SlipwayException(ErrorKind.InvalidInput, "Name two versions, such as `slipway diff bike-demand@1.0.0 bike-demand@1.1.0`."),
    };
}
