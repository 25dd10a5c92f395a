using System.Text.Json;
using Slipway.Registry;
using Slipway.Registry.Cards;
using Slipway.Storage.Events;

namespace Slipway.Rollouts.Cards;

/// <summary>Tells a card where its version runs, and when it began and ceased to answer.</summary>
internal sealed class DeploymentsSection(DeploymentStore deployments, IEventLog events) : ICardSection
{
    // Of a deployment's history the newest part is enough, and a card stays bounded.
    private const int MostDeployments = 20;
    private const int MostEvents = 1000;
    private const int MostRows = 50;

    public string Name => "deployments";

    public string Title => "Where it runs";

    public int Order => CardOrder.Deployments;

    public async Task<CardSection?> ReadAsync(ModelVersion version, CancellationToken cancellationToken)
    {
        var all = await deployments.ListAsync(cancellationToken);
        var now = all.Select(state => (State: state, Role: RoleOf(state, version))).Where(entry => entry.Role is not null).Take(MostDeployments).ToList();
        var history = new List<object?[]>();
        foreach (var state in all.Where(state => Concerns(state, version.Model)).Take(MostDeployments))
        {
            var stored = await events.ReadSubjectAsync(DeploymentSubject.Of(state.Name), MostEvents, cancellationToken);
            history.AddRange(stored.Select(happened => Tell(state.Name, happened, version)).OfType<object?[]>());
        }

        var tables = new List<CardTable>();
        if (now.Count > 0)
        {
            tables.Add(new CardTable("Now", ["Deployment", "Role", "Share", "Since", "By"], [.. now.Select(entry => new object?[] { entry.State.Name, entry.Role, Share(entry.State, version), entry.State.ChangedAt, entry.State.ChangedBy })]));
        }

        if (history.Count > 0)
        {
            tables.Add(new CardTable("What happened", ["When", "Deployment", "What", "By", "Why"], [.. history.OrderByDescending(row => (DateTimeOffset)row[0]!).Take(MostRows)]));
        }

        return new CardSection(Name, Title) { Tables = tables, Notes = now.Count > 0 ? [] : [history.Count > 0 ? "It does not answer anywhere now." : "It has never answered anywhere."] };
    }

    private static bool Concerns(DeploymentState state, string model) =>
        state.Stable.Reference.Model == model || state.Previous?.Reference.Model == model || state.Candidate?.Version.Reference.Model == model;

    private static string? RoleOf(DeploymentState state, ModelVersion version) =>
        state.Stable.Reference == version.Reference ? "stable"
        : state.Candidate?.Version.Reference == version.Reference ? "candidate"
        : state.Previous?.Reference == version.Reference ? "previous"
        : null;

    private static string? Share(DeploymentState state, ModelVersion version)
    {
        var candidate = state.Candidate is { Weight: var weight } ? weight : 0;
        var share = state.Stable.Reference == version.Reference ? 1 - candidate : state.Candidate?.Version.Reference == version.Reference ? candidate : (double?)null;
        return share is { } answered ? FormattableString.Invariant($"{answered * 100:0.##} %") : null;
    }

    // The events of the deployments themselves; how a rollout got on stands with the rollout.
    private static object?[]? Tell(string deployment, StoredEvent happened, ModelVersion version)
    {
        using var data = JsonDocument.Parse(happened.Data);
        var (now, former) = (Is(data.RootElement, "version", version), Is(data.RootElement, "former", version));
        var what = (happened.Type, now, former) switch
        {
            (nameof(VersionDeployed), true, _) => "answers from now on",
            (nameof(DeploymentRolledBack), true, _) => "answers again after a rollback",
            (nameof(VersionDeployed), _, true) => "was followed by another version",
            (nameof(DeploymentRolledBack), _, true) => "was rolled back",
            _ => null,
        };
        return what is null ? null : [happened.At, deployment, what, happened.Actor, data.RootElement.TryGetProperty("reason", out var reason) && reason.ValueKind == JsonValueKind.String ? reason.GetString() : null];
    }

    private static bool Is(JsonElement data, string property, ModelVersion version) =>
        data.TryGetProperty(property, out var reference) && reference.ValueKind == JsonValueKind.Object
        && reference.TryGetProperty("model", out var model) && model.GetString() == version.Model
        && reference.TryGetProperty("version", out var number) && number.GetString() == version.Version.ToString();
}
