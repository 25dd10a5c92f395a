namespace Slipway.Console.Components.Parts;

/// <summary>How a stage of the lifecycle stands, as the console shows it.</summary>
public enum StageState
{
    /// <summary>There is nothing to show.</summary>
    Missing,

    /// <summary>Under way.</summary>
    Running,

    /// <summary>Ended well.</summary>
    Done,

    /// <summary>Ended without a clear answer.</summary>
    Unsure,

    /// <summary>Ended badly.</summary>
    Failed,
}
