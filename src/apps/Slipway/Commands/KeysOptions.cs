using System.CommandLine;
using Slipway.Client;
using Slipway.Core.Errors;
using Slipway.PostgreSql;
using Slipway.Server;

namespace Slipway.Commands;

/// <summary>Where the keys are that a verb is about: at a server, or, while none runs there, in a data folder or a database.</summary>
internal sealed class KeysOptions
{
    private readonly Option<ServerAddress> _server = Verb.ServerOption();
    private readonly Option<string> _data = new("--data") { Description = "The data folder itself, while no server runs on it.", HelpName = "DIR" };
    private readonly Option<string> _database = new("--database") { Description = "With the metadata in this database, while no server runs on it.", HelpName = PostgreSqlAddress.Form };

    public void AddTo(Command command)
    {
        command.Add(_server);
        command.Add(_data);
        command.Add(_database);
    }

    public async Task<T> RunAsync<T>(ParseResult parsed, Func<IKeyKeeper, Task<T>> run, CancellationToken cancellationToken)
    {
        var (data, database) = (parsed.GetValue(_data), parsed.GetValue(_database));
        if (data is null && database is null)
        {
            using var client = new SlipwayClient(parsed.GetValue(_server));
            return await run(new KeysAtServer(client));
        }

        if (parsed.GetResult(_server) is { Implicit: false })
        {
            throw new SlipwayException(ErrorKind.InvalidInput, "--server and --data say two places. Give the one where the keys are.");
        }

        var settings = SettingsReader.Read(Directory.GetCurrentDirectory(), Environment.GetEnvironmentVariables(), new Dictionary<string, string?> { ["data"] = data, ["database"] = database });
        await using var keys = await KeysAtRest.OpenAsync(settings, cancellationToken);
        return await run(keys);
    }
}
