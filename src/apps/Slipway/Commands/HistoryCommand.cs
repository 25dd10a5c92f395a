using System.CommandLine;
using System.Globalization;
using Slipway.Client;
using Slipway.Core.Errors;
using Slipway.Core.Names;
using Slipway.Core.Units;
using Slipway.Output;
using Slipway.Rollouts.History;

namespace Slipway.Commands;

/// <summary>What was live when.</summary>
internal static class HistoryCommand
{
    public static Command Create()
    {
        var command = Verb.Create(
            "history",
            "Show what a deployment answered with over time, or at a moment: roles and weights of its versions, who decided and why, and who approved them on what evidence. Times are UTC.",
            "slipway history bikes",
            "slipway history bikes --at \"2026-05-03 14:00\"",
            "slipway history --model bike-demand --at 2026-05-03");
        var deployment = new Argument<string?>("deployment") { Description = "The deployment's name; it may be left out with --model.", Arity = ArgumentArity.ZeroOrOne };
        var at = new Option<string>("--at") { Description = "What was live at this moment.", HelpName = "MOMENT" };
        var model = new Option<string>("--model") { Description = "Only where versions of this model answered or were tried.", HelpName = "MODEL" };
        var from = new Option<string>("--from") { Description = "Only periods that had not ended by this moment.", HelpName = "MOMENT" };
        var to = new Option<string>("--to") { Description = "Only periods that had begun by this moment.", HelpName = "MOMENT" };
        var limit = new Option<int>("--limit") { Description = $"How many periods at most, 1 to {HistoryQuery.MaxLimit}.", DefaultValueFactory = _ => 20, HelpName = "N" };
        var server = Verb.ServerOption();
        command.Add(deployment);
        command.Add(at);
        command.Add(model);
        command.Add(from);
        command.Add(to);
        command.Add(limit);
        command.Add(server);
        return command.Runs(async (parsed, terminal, cancellationToken) =>
        {
            var asked = new Asked(parsed.GetValue(deployment), parsed.GetValue(model), Read(parsed.GetValue(at), "--at"), Read(parsed.GetValue(from), "--from"), Read(parsed.GetValue(to), "--to"), parsed.GetValue(limit));
            using var client = new SlipwayClient(parsed.GetValue(server));
            var (answer, lines) = await AskAsync(client, asked, cancellationToken);
            foreach (var line in lines)
            {
                terminal.Say(line);
            }

            terminal.WriteJson(answer);
            return ExitCode.Good;
        });
    }

    private static async Task<(object Answer, IEnumerable<string> Lines)> AskAsync(SlipwayClient client, Asked asked, CancellationToken cancellationToken)
    {
        if (asked.Deployment is null)
        {
            var model = ResourceName.Check(asked.Model ?? throw new SlipwayException(ErrorKind.InvalidInput, "Nothing says whose history. Name a deployment, or a model with --model."), "model");
            var moment = await client.GetAsync<ModelMoment>($"/api/v1/models/{model}/history?{QueryText.Of(("at", Text(asked.At)))}", cancellationToken);
            return (moment, HistoryView.Lines(moment));
        }

        var path = $"/api/v1/deployments/{ResourceName.Check(asked.Deployment, "deployment")}/history";
        if (asked.At is not null)
        {
            var moment = await client.GetAsync<DeploymentMoment>($"{path}?{QueryText.Of(("at", Text(asked.At)))}", cancellationToken);
            if (asked.Model is { } of && moment.Live?.HasModel(of) != true)
            {
                moment = moment with { Live = null, Decisions = [], Versions = [], Sentence = $"No version of {of} was live as {asked.Deployment} then. {moment.Sentence}" };
            }

            return (moment, HistoryView.Lines(moment));
        }

        var query = QueryText.Of(("from", Text(asked.From)), ("to", Text(asked.To)), ("model", asked.Model), ("limit", asked.Limit.ToString(CultureInfo.InvariantCulture)));
        var page = await client.GetAsync<HistoryPage>($"{path}?{query}", cancellationToken);
        return (page, HistoryView.Lines(page));
    }

    private static DateTimeOffset? Read(string? text, string option) => text is null
        ? null
        : Moment.TryParse(text, out var moment) ? moment : throw new SlipwayException(ErrorKind.InvalidInput, $"{option} '{text}' is no moment. Write {Moment.Rule}.");

    private static string? Text(DateTimeOffset? moment) => moment?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture);

    private sealed record Asked(string? Deployment, string? Model, DateTimeOffset? At, DateTimeOffset? From, DateTimeOffset? To, int Limit);
}
