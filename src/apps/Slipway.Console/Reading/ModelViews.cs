using Slipway.Core.Names;
using Slipway.Registry;
using Slipway.Registry.Cards;
using Slipway.Rollouts;
using Slipway.Storage.Blobs;

namespace Slipway.Console.Reading;

/// <summary>A page of the models.</summary>
/// <param name="Search">A part of the name that was searched for; empty for all.</param>
/// <param name="Page">The page, from 1.</param>
/// <param name="Pages">How many there are.</param>
/// <param name="Count">How many models there are of that name.</param>
/// <param name="Models">Those on the page, by name.</param>
public sealed record ModelsView(string Search, int Page, int Pages, int Count, IReadOnlyList<ModelLine> Models)
{
    /// <summary>The address of a page.</summary>
    public static string Address(string search, int page)
    {
        var query = string.Join('&', new[] { search.Length > 0 ? "q=" + Uri.EscapeDataString(search) : null, page > 1 ? FormattableString.Invariant($"page={page}") : null }.OfType<string>());
        return query.Length > 0 ? "models?" + query : "models";
    }
}

/// <summary>A model in the list.</summary>
/// <param name="Newest">Its newest version.</param>
/// <param name="Versions">How many versions it has.</param>
/// <param name="Owner">Whose it is, as its project's file says; null where no file does.</param>
/// <param name="Runs">Where its versions run now.</param>
/// <param name="Last">What was decided last about the newest version, or null.</param>
public sealed record ModelLine(ModelVersion Newest, int Versions, string? Owner, IReadOnlyList<VersionPlace> Runs, HistoryLine? Last);

/// <summary>Where a version runs.</summary>
/// <param name="Deployment">The deployment.</param>
/// <param name="Version">The version.</param>
/// <param name="Role"><c>stable</c> or <c>candidate</c>.</param>
public sealed record VersionPlace(string Deployment, VersionReference Version, string Role)
{
    /// <summary>Where a deployment's versions run.</summary>
    public static IEnumerable<VersionPlace> Of(DeploymentState state) => state.Candidate is { } candidate
        ? [new VersionPlace(state.Name, state.Stable.Reference, "stable"), new VersionPlace(state.Name, candidate.Version.Reference, "candidate")]
        : [new VersionPlace(state.Name, state.Stable.Reference, "stable")];
}

/// <summary>All that a version's page shows.</summary>
public sealed record VersionPageView
{
    /// <summary>The version.</summary>
    public required ModelVersion Version { get; init; }

    /// <summary>Its card.</summary>
    public required ModelCard Card { get; init; }

    /// <summary>The files of its artifact; null where they are gone.</summary>
    public Artifact? Artifact { get; init; }

    /// <summary>What happened to it, the oldest first.</summary>
    public IReadOnlyList<HistoryLine> History { get; init; } = [];

    /// <summary>Where it runs now.</summary>
    public IReadOnlyList<VersionPlace> Runs { get; init; } = [];

    /// <summary>The model's newest other versions, the newest first.</summary>
    public IReadOnlyList<SemanticVersion> Others { get; init; } = [];

    /// <summary>The address of a version's page.</summary>
    public static string Address(VersionReference version) => $"models/{Uri.EscapeDataString(version.Model)}/versions/{version.Version}";

    /// <summary>The address of the comparison of two versions of a model.</summary>
    public static string Compare(string model, SemanticVersion a, SemanticVersion b) => $"models/{Uri.EscapeDataString(model)}/compare?a={a}&b={b}";
}
