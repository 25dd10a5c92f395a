using System.CommandLine;
using System.Globalization;
using Slipway.Client;
using Slipway.Core.Errors;
using Slipway.Output;
using Slipway.Registry.Lineages;

namespace Slipway.Commands;

/// <summary>Where something came from, and what came of it.</summary>
internal static class LineageCommand
{
    public static Command Create()
    {
        var command = Verb.Create(
            "lineage",
            "Show where something came from (--up) and what came of it (--down), across all stages: files, SQL, dataset version, commit, run, model version and its approvals, rollout, deployment, predictions.",
            "slipway lineage bike-demand@1.1.0",
            "slipway lineage data/bike_sharing_hourly.csv.gz --down",
            "slipway lineage prediction:bikes/hour-2011-09-03T14 --up");
        var node = new Argument<string>("node")
        {
            Description = "A file's path as its project's SQL names it, MODEL@VERSION, dataset:NAME@DIGEST, commit:HASH, run:ID, rollout:ID, deployment:NAME, prediction:DEPLOYMENT/ID; or a name that can be only one of these.",
        };
        var up = new Option<bool>("--up") { Description = "Only where it came from." };
        var down = new Option<bool>("--down") { Description = "Only what came of it." };
        var depth = new Option<int>("--depth") { Description = $"How many steps to go, 1 to {LineageQuery.MaxDepth}.", DefaultValueFactory = _ => LineageQuery.MaxDepth, HelpName = "N" };
        var server = Verb.ServerOption();
        command.Add(node);
        command.Add(up);
        command.Add(down);
        command.Add(depth);
        command.Add(server);
        return command.Runs(async (parsed, terminal, cancellationToken) =>
        {
            var direction = (parsed.GetValue(up), parsed.GetValue(down)) switch { (true, false) => "up", (false, true) => "down", _ => "both" };
            var wanted = parsed.GetValue(node) is { Length: > 0 } text ? text : throw new SlipwayException(ErrorKind.InvalidInput, "The name is empty. Name a file, a version or anything else that `slipway lineage --help` lists.");
            using var client = new SlipwayClient(parsed.GetValue(server));
            var query = QueryText.Of(("node", wanted), ("direction", direction), ("depth", parsed.GetValue(depth).ToString(CultureInfo.InvariantCulture)));
            var graph = await client.GetAsync<LineageGraph>($"/api/v1/lineage?{query}", cancellationToken);
            foreach (var line in LineageView.Lines(graph))
            {
                terminal.Say(line);
            }

            terminal.WriteJson(graph);
            return ExitCode.Good;
        });
    }
}
