using Slipway.Mlflow;

namespace Slipway.Registry.Mlflow;

/// <summary>MLflow's stages. A version that Slipway can serve has the one that follows from where it runs; any other has the one that was stored.</summary>
internal static class ModelStage
{
    public const string None = "None";
    public const string Staging = "Staging";
    public const string Production = "Production";
    public const string Archived = "Archived";

    public static IReadOnlyList<string> All { get; } = [None, Staging, Production, Archived];

    /// <summary>The stage that a text names in any case.</summary>
    public static string Of(MlflowFields fields, string name, string text) => All.FirstOrDefault(stage => stage.Equals(text, StringComparison.OrdinalIgnoreCase))
        ?? throw fields.Invalid(name, text, $"Invalid Model Version stage. Value must be one of {string.Join(", ", All)}.");

    /// <summary>The stage of a version with an artifact that Slipway can serve.</summary>
    /// <param name="isStable">Whether a deployment answers with it, or tries it; null where none has it.</param>
    /// <param name="state">What was decided about it.</param>
    public static string Of(bool? isStable, VersionState state) => isStable switch
    {
        true => Production,
        false => Staging,
        null => state is VersionState.Rejected or VersionState.Deprecated or VersionState.Deleted ? Archived : None,
    };
}
