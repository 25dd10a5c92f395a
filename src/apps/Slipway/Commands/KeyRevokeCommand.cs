using System.CommandLine;
using Slipway.Output;

namespace Slipway.Commands;

/// <summary>Revokes a key.</summary>
internal static class KeyRevokeCommand
{
    public static Command Create()
    {
        var command = Verb.Create(
            "revoke", "Revoke a key: the next request that brings it is refused, and who is signed in with it is out. Nothing brings it back.", "slipway key revoke shop", "slipway key revoke 0a1b2c3d4e5f");
        var name = new Argument<string>("key") { Description = "Its name, its id, or the key itself where it was found in a wrong place." };
        var keys = new KeysOptions();
        command.Add(name);
        keys.AddTo(command);
        return command.Runs(async (parsed, terminal, cancellationToken) =>
        {
            var revoked = await keys.RunAsync(parsed, k => k.RevokeAsync(parsed.GetValue(name)!, cancellationToken), cancellationToken);
            terminal.Say($"The key {revoked.Name} ({revoked.Id}) is revoked.");
            terminal.WriteJson(revoked);
            return ExitCode.Good;
        });
    }
}
