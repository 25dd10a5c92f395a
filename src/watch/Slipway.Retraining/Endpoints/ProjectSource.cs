using Microsoft.AspNetCore.Http;
using Slipway.Access;
using Slipway.Access.Scopes;
using Slipway.Core.Errors;
using Slipway.Core.Names;
using Slipway.Core.Projects;
using Slipway.Retraining.Pipelines;

namespace Slipway.Retraining.Endpoints;

/// <summary>A project as a client sends it.</summary>
/// <param name="Yaml">The text of <c>slipway.yaml</c>.</param>
/// <param name="Folder">The full path of the project's folder on the server's machine.</param>
/// <param name="File">The file's name, for messages; slipway.yaml unless given.</param>
/// <param name="AtLeast">The new version gets at least this one, where a lower one would be proposed.</param>
/// <param name="AsOf">Learn only from rows before this date or moment (ISO 8601, UTC unless it names an offset); all rows unless given.</param>
internal sealed record ProjectSource(string? Yaml, string? Folder, string? File, string? AsOf, string? AtLeast)
{
    /// <summary>Refuses a key whose scope does not reach the project's model and, where it would be deployed, its deployment.</summary>
    public void DemandScope(HttpContext context)
    {
        // Whoever has no limit hears of the file's mistakes from the run.
        if (!context.GetCaller().Scope.IsEverything && Yaml is not null)
        {
            var project = ProjectFile.Parse(Yaml, File ?? ProjectFile.DefaultName);
            context.DemandScope(new ScopeTarget(project.Model, project.Deploy?.Name));
        }
    }

    public PipelineRequest ToRequest(PipelineGoal goal) => Yaml is null || Folder is null
        ? throw new SlipwayException(ErrorKind.InvalidInput, $"The request has no '{(Yaml is null ? "yaml" : "folder")}'. Send the text of slipway.yaml as 'yaml', and the full path of its folder as 'folder'.")
        : new(Yaml, File ?? ProjectFile.DefaultName, Folder, goal) { AsOf = PipelineRequest.ParseAsOf(AsOf), AtLeast = AtLeast is null ? null : SemanticVersion.Parse(AtLeast) };
}
