using Slipway.Core;

namespace Slipway.Storage.Events;

/// <summary>
/// Something that happened, in the past tense: <c>VersionApproved</c>, <c>VersionDeployed</c>. Appended in the transaction of the state that it
/// explains, never changed. Implemented by small records; the record's type name is the event's type, its properties are the evidence.
/// </summary>
public interface IEvent
{
    /// <summary>What it happened to: <c>model/bike-demand@1.0.0</c>, <c>deployment/bikes</c>.</summary>
    string Subject { get; }

    /// <summary>Who did it.</summary>
    Actor Actor { get; }
}
