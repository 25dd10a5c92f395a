namespace Slipway.Console.Components.Plots;

/// <summary>One line of a live plot.</summary>
/// <param name="Name">What the legend says.</param>
/// <param name="Style">The class that gives its colour and stroke.</param>
/// <param name="Points">In the order of time.</param>
public sealed record LiveSeries(string Name, string Style, IReadOnlyList<LivePoint> Points);

/// <summary>One point of a live plot.</summary>
/// <param name="Place">0 ten minutes ago, 1 now.</param>
/// <param name="Value">The value; null leaves a gap.</param>
public sealed record LivePoint(double Place, double? Value);
