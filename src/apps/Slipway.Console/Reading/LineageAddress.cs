using Slipway.Core.Lineages;
using Slipway.Core.Names;
using Slipway.Registry.Lineages;

namespace Slipway.Console.Reading;

/// <summary>Where lineage and its things are in the console.</summary>
internal static class LineageAddress
{
    /// <summary>The lineage of a node.</summary>
    public static string Of(string id) => $"lineage?node={Uri.EscapeDataString(id)}";

    /// <summary>The lineage of a version.</summary>
    public static string Of(VersionReference version) => Of(new LineageKey(LineageKind.Version, version.ToString()).Id);

    /// <summary>The page of the thing itself; null where it has none.</summary>
    public static string? PageOf(LineageGraphNode node) => node switch
    {
        { IsGone: true } => null,
        { Kind: LineageKind.Run } => $"runs/{Uri.EscapeDataString(node.Name)}",
        { Kind: LineageKind.Version } when VersionReference.TryParse(node.Name, null, out var version) => VersionPageView.Address(version),
        { Kind: LineageKind.Deployment } => $"history/{Uri.EscapeDataString(node.Name)}",
        _ => null,
    };

    /// <summary>What a node is, for people.</summary>
    public static string WordOf(LineageGraphNode node) => node.Kind switch
    {
        LineageKind.Sql => "SQL",
        LineageKind.Version => "model version",
        LineageKind.Approval => "decision",
        _ => LineageKey.WordOf(node.Kind),
    };
}
