using Slipway.Core;
using Slipway.Storage.Events;

namespace Slipway.Retraining.Projects;

/// <summary>A project's file was applied for the first time, or with a new text or folder.</summary>
public sealed record ProjectApplied(string Model, string Folder, string Yaml, Actor Actor) : IEvent
{
    /// <inheritdoc/>
    public string Subject => $"project/{Model}";
}
