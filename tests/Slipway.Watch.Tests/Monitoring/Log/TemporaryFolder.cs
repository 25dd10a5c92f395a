namespace Slipway.Watch.Tests.Monitoring.Log;

/// <summary>A folder of one test, gone after it.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("slipway-log-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
