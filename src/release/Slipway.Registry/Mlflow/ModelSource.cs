using System.Globalization;
using Slipway.Core.Errors;
using Slipway.Core.Files;
using Slipway.Mlflow;

namespace Slipway.Registry.Mlflow;

/// <summary>Where a client says that a version lies. The server reads nothing from there but what its own proxy keeps, so an address elsewhere is text for the client.</summary>
internal static class ModelSource
{
    private const string Models = "models:/";

    /// <summary>The source of a new version.</summary>
    public static string Of(MlflowFields fields, bool isPrompt)
    {
        var source = fields.RequiredLimited("source", SafePath.MaxLength);

        // A prompt lies nowhere: its text is a tag, and clients write any word here.
        if (isPrompt)
        {
            return source;
        }

        var scheme = source.IndexOf(':', StringComparison.Ordinal);
        if (scheme < 2 || !source.AsSpan(scheme + 1).StartsWith("/") || source.StartsWith("file:", StringComparison.OrdinalIgnoreCase))
        {
            throw fields.Invalid(
                "source", source, "A path of this or another machine is not taken: log the model to a run, and give runs:/RUN/PATH, models:/…, mlflow-artifacts:/… or an address of an object store.");
        }

        // What stands behind a '?' or '#' is no path, for stores elsewhere.
        var path = source[(scheme + 1)..].Split('?', '#')[0].Trim('/');
        return MlflowArtifactUri.PathOf(source) is { } own && SafePath.Mistake(own) is { } mistake ? throw fields.Invalid("source", source, $"Its path {mistake}.")
            : Uri.UnescapeDataString(path).Split('/', '\\').Contains("..") ? throw fields.Invalid("source", source, "Its path contains '..'.")
            : source;
    }

    /// <summary>The version that <c>models:/NAME/NUMBER</c> or <c>models:/NAME@ALIAS</c> names, which a new one is a copy of; null for any other source.</summary>
    public static async Task<RegisteredVersion?> FindOriginAsync(RegistryReader reader, string source, CancellationToken cancellationToken)
    {
        if (!source.StartsWith(Models, StringComparison.Ordinal))
        {
            return null;
        }

        var rest = source[Models.Length..].Trim('/');
        if (rest.Split('/') is [var named, var last])
        {
            return long.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                ? (await reader.GetVersionAsync(named, number, cancellationToken)).Version
                : await ByStageAsync(reader, named, last, cancellationToken);
        }

        if (rest.Split('@') is not [var name, var alias])
        {
            // models:/m-… is a logged model.
            return null;
        }

        var model = await reader.GetModelAsync(name, cancellationToken);
        return await reader.FindAliasAsync(model.Model.Id, alias, cancellationToken) is { } aliased
            ? (await reader.GetVersionAsync(name, aliased, cancellationToken)).Version
            : throw NoAlias(alias);
    }

    /// <summary>The logged model that <c>models:/m-…</c> names; null for any other source.</summary>
    public static string? LoggedModelOf(string source) =>
        source.StartsWith(Models + "m-", StringComparison.Ordinal) && source[Models.Length..].TrimEnd('/') is var id && !id.AsSpan().ContainsAny('/', '@') ? id : null;

    /// <summary>Where a version's files are: what the proxy here serves where that is known, else what the client said.</summary>
    public static async Task<string> LocateAsync(IMlflowArtifacts artifacts, RegisteredVersion version, CancellationToken cancellationToken)
    {
        var known = version.Location ?? version.Source;
        return MlflowArtifactUri.PathOf(known) is null ? await artifacts.FindLocationAsync(known, cancellationToken) ?? known : known;
    }

    public static SlipwayException NoAlias(string alias) => new(ErrorKind.InvalidInput, $"Registered model alias {alias} not found.");

    private static async Task<RegisteredVersion> ByStageAsync(RegistryReader reader, string name, string stage, CancellationToken cancellationToken)
    {
        var model = await reader.GetModelAsync(name, cancellationToken);
        var latest = stage.Equals("latest", StringComparison.OrdinalIgnoreCase)
            ? model.Latest.MaxBy(version => version.Version.Number)
            : model.Latest.FirstOrDefault(version => version.Stage.Equals(stage, StringComparison.OrdinalIgnoreCase));
        return latest?.Version ?? throw RegisteredVersion.NotFound(name, stage);
    }
}
