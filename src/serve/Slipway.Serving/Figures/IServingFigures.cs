using Slipway.Core.Names;

namespace Slipway.Serving.Figures;

/// <summary>Live figures of what is served, since the process started. Reading them costs the request path nothing.</summary>
public interface IServingFigures
{
    /// <summary>One entry a version that has answered for <paramref name="deployment"/>, newest first.</summary>
    IReadOnlyList<VersionFigures> Read(string deployment);
}

/// <summary>Figures of one version in one deployment.</summary>
/// <param name="Version">The version.</param>
/// <param name="Requests">Requests answered, errors included.</param>
/// <param name="Errors">Requests that were answered with an error.</param>
/// <param name="Rows">Rows scored.</param>
/// <param name="P50">Median time of a request in the server, in milliseconds; null before the first.</param>
/// <param name="P95">The 95 % quantile, in milliseconds.</param>
/// <param name="P99">The 99 % quantile, in milliseconds.</param>
/// <param name="Recent">The last ten minutes in slots of five seconds, oldest first; slots without requests are left out.</param>
public sealed record VersionFigures(
    VersionReference Version, long Requests, long Errors, long Rows, double? P50, double? P95, double? P99, IReadOnlyList<FigureSlot> Recent)
{
    /// <summary>What the version is in the deployment now: <c>stable</c>, <c>candidate</c> or <c>previous</c>; null when it answers no more. Its figures count whatever it was.</summary>
    public string? Role { get; init; }
}

/// <summary>Figures of five seconds.</summary>
/// <param name="At">When the slot begins (UTC).</param>
/// <param name="Requests">Requests answered in it.</param>
/// <param name="Errors">Of these, with an error.</param>
/// <param name="P50">Median, in milliseconds.</param>
/// <param name="P95">The 95 % quantile, in milliseconds.</param>
public sealed record FigureSlot(DateTimeOffset At, long Requests, long Errors, double? P50, double? P95);
