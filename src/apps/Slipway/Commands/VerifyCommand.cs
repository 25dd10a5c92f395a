using System.CommandLine;
using System.Globalization;
using System.Runtime.CompilerServices;
using Slipway.Client;
using Slipway.Core.Errors;
using Slipway.Core.Names;
using Slipway.Output;
using Slipway.Registry;
using Slipway.Registry.Integrity;

namespace Slipway.Commands;

/// <summary>Reads artifacts again and says whether they are what was registered.</summary>
internal static class VerifyCommand
{
    // Models and versions come in pages, so that it does not matter how many there are.
    private const int Page = 100;

    public static Command Create()
    {
        var command = Verb.Create(
            "verify",
            "Read the files of registered versions again and say whether they are what was registered.",
            "slipway verify bike-demand@1.1.0",
            "slipway verify bike-demand",
            "slipway verify --all");
        var what = new Argument<string?>("what") { Description = "A version, as MODEL@MAJOR.MINOR.PATCH, or a model with all its versions.", Arity = ArgumentArity.ZeroOrOne };
        var all = new Option<bool>("--all") { Description = "Every version of every model." };
        var server = Verb.ServerOption();
        command.Add(what);
        command.Add(all);
        command.Add(server);
        return command.Runs(async (parsed, terminal, cancellationToken) =>
        {
            var (name, everything) = (parsed.GetValue(what), parsed.GetValue(all));
            if (name is null != everything)
            {
                throw new SlipwayException(ErrorKind.InvalidInput, "Name a version or a model, or give --all: one of the two.");
            }

            using var client = new SlipwayClient(parsed.GetValue(server));
            var (count, damaged) = (0, new List<VersionCondition>());
            await foreach (var version in FindAsync(client, name, cancellationToken))
            {
                var condition = await client.PostAsync<VersionCondition>($"/api/v1/models/{version.Model}/versions/{version.Version}/verify", new { }, cancellationToken);
                count++;
                if (!condition.IsIntact)
                {
                    damaged.Add(condition);
                    terminal.Say(condition.Sentence());
                }
            }

            terminal.Say(string.Create(CultureInfo.InvariantCulture, $"{count} {(count == 1 ? "version" : "versions")} read: {(damaged.Count == 0 ? "all as registered." : $"{damaged.Count} damaged.")}"));
            terminal.WriteJson(new { versions = count, damaged });
            return damaged.Count == 0 ? ExitCode.Good : ExitCode.Failed;
        });
    }

    private static IAsyncEnumerable<VersionReference> FindAsync(SlipwayClient client, string? name, CancellationToken cancellationToken)
    {
        if (name is null)
        {
            return EveryVersionAsync(client, cancellationToken);
        }

        if (name.Contains('@', StringComparison.Ordinal))
        {
            return new[] { VersionReference.Parse(name) }.ToAsyncEnumerable();
        }

        ResourceName.Check(name, "model");
        return VersionsAsync(client, name, cancellationToken);
    }

    private static async IAsyncEnumerable<VersionReference> EveryVersionAsync(SlipwayClient client, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        IReadOnlyList<ModelSummary> page = [];
        do
        {
            var after = page.Count > 0 ? $"&after={page[^1].Model}" : "";
            page = await client.GetAsync<IReadOnlyList<ModelSummary>>($"/api/v1/models?limit={Page}{after}", cancellationToken);
            foreach (var model in page)
            {
                await foreach (var version in VersionsAsync(client, model.Model, cancellationToken))
                {
                    yield return version;
                }
            }
        }
        while (page.Count == Page);
    }

    private static async IAsyncEnumerable<VersionReference> VersionsAsync(SlipwayClient client, string model, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        IReadOnlyList<ModelVersion> page = [];
        do
        {
            var before = page.Count > 0 ? string.Create(CultureInfo.InvariantCulture, $"&before={page[^1].Number}") : "";
            page = await client.GetAsync<IReadOnlyList<ModelVersion>>($"/api/v1/models/{model}/versions?limit={Page}{before}", cancellationToken);
            foreach (var version in page)
            {
                yield return version.Reference;
            }
        }
        while (page.Count == Page);
    }
}
