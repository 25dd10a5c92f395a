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
    /// <summary>The roles, for messages.</summary>
    public const string All = "viewer, scorer, developer, approver and admin";

    /// <summary>A role by its name, in capital letters or small; false for anything else.</summary>
    public static bool TryParse(string? text, out Role role) =>
        Enum.TryParse(text, ignoreCase: true, out role) && Enum.IsDefined(role) && !char.IsAsciiDigit(text![0]) && text[0] is not ('-' or '+');

    /// <summary>A role's name, as people write it.</summary>
    public static string Name(this Role role) => role.ToString().ToLowerInvariant();

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
