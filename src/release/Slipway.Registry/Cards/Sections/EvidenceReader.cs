using System.Text.Json;
using Slipway.Storage.Events;

namespace Slipway.Registry.Cards.Sections;

/// <summary>Reads what validation found about a version from the version's events.</summary>
internal sealed class EvidenceReader(IEventLog events)
{
    private const int MaxEvents = 1000;

    public async Task<Evidence> ReadAsync(ModelVersion version, CancellationToken cancellationToken)
    {
        var stored = await events.ReadSubjectAsync(VersionSubject.Of(version.Reference), MaxEvents, cancellationToken);
        if (stored.LastOrDefault(happened => happened.Type == nameof(VersionValidated)) is not { } validated)
        {
            return Evidence.None;
        }

        using var data = JsonDocument.Parse(validated.Data);
        return data.RootElement.TryGetProperty("evidence", out var evidence) ? Evidence.Read(evidence, validated.At) : Evidence.None;
    }
}
