namespace Slipway.Serving;

/// <summary>Whose fault it is that a call was not answered.</summary>
public enum CallFailure
{
    /// <summary>It was answered.</summary>
    None,

    /// <summary>The caller's: the request was wrong. It says nothing about the version.</summary>
    Caller,

    /// <summary>The version's or the server's.</summary>
    Server,
}
