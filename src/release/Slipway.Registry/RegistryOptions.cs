namespace Slipway.Registry;

/// <summary>Settings of the registry.</summary>
public sealed record RegistryOptions
{
    /// <summary>For how long a version that was live cannot be deleted, from when it last answered or was tried: 30 days, 0 to 10 years.</summary>
    public TimeSpan KeepLive { get; init; } = TimeSpan.FromDays(30);
}
