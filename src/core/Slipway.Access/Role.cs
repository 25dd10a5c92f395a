namespace Slipway.Access;

/// <summary>What a caller is here, which says what it may do.</summary>
public enum Role
{
    /// <summary>Sees everything, changes nothing.</summary>
    Viewer,

    /// <summary>Asks deployments for predictions, and sees nothing else.</summary>
    Scorer,

    /// <summary>Trains, registers, deploys what is approved, and rolls back.</summary>
    Developer,

    /// <summary>Approves and rejects versions, deploys and rolls back.</summary>
    Approver,

    /// <summary>May do everything: change the server, and deploy against the policy in an emergency.</summary>
    Admin,
}

/// <summary>What each role may do.</summary>
public static class Roles
{
    /// <summary>True when <paramref name="role"/> may do what <paramref name="permission"/> says.</summary>
    public static bool Allows(this Role role, Permission permission) => permission is Permission.Anonymous || (role, permission) switch
    {
        (Role.Admin, _) => true,
        (Role.Scorer, _) => permission is Permission.Score,
        (Role.Viewer, _) => permission is Permission.Read,
        (Role.Developer, _) => permission is Permission.Read or Permission.Score or Permission.Develop or Permission.Deploy,
        (Role.Approver, _) => permission is Permission.Read or Permission.Score or Permission.Approve or Permission.Deploy,
        _ => false,
    };
}
