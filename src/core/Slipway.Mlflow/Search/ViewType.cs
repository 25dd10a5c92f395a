namespace Slipway.Mlflow.Search;

/// <summary>Which things a search sees.</summary>
public enum ViewType
{
    /// <summary>Those that are not deleted.</summary>
    Active,

    /// <summary>Those that are deleted and can be restored.</summary>
    Deleted,

    /// <summary>Both.</summary>
    All,
}
