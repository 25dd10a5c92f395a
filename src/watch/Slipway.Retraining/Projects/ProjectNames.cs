using Slipway.Core.Projects;

namespace Slipway.Retraining.Projects;

/// <summary>What a project's file leaves to be understood.</summary>
internal static class ProjectNames
{
    /// <summary>The deployment's name: <c>deploy.name</c>, else the model's.</summary>
    public static string DeploymentName(this ProjectConfig config) => config.Deploy?.Name ?? config.Model;
}
