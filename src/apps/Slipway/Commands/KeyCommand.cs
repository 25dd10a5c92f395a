using System.CommandLine;

namespace Slipway.Commands;

/// <summary>Who may do what: the keys of a server.</summary>
internal static class KeyCommand
{
    public static Command Create()
    {
        var command = Verb.Create(
            "key",
            "Make, list and revoke the keys of a server with authentication (`slipway up --auth`); each change holds for the next request. With --data or --database, while no server runs there, on what "
            + "is kept itself: so is the first key made. Each of the verbs below takes --json.",
            "slipway key create alice --role admin --data ./slipway-data",
            "slipway key create shop --role scorer --deployment bikes --expires 90d",
            "slipway key list",
            "slipway key revoke shop");
        command.Add(KeyCreateCommand.Create());
        command.Add(KeyListCommand.Create());
        command.Add(KeyRevokeCommand.Create());
        return command;
    }
}
