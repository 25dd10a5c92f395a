using Slipway.Retraining.Pipelines;

namespace Slipway.Retraining.Endpoints;

/// <summary>A project as a client sends it.</summary>
/// <param name="Yaml">The text of <c>slipway.yaml</c>.</param>
/// <param name="Folder">The full path of the project's folder on the server's machine.</param>
/// <param name="File">The file's name, for messages.</param>
internal sealed record ProjectSource(string Yaml, string Folder, string File = "slipway.yaml")
{
    public PipelineRequest ToRequest(PipelineGoal goal) => new(Yaml, File, Folder, goal);
}
