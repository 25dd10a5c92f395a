using System.CommandLine;
using Slipway.PostgreSql;
using Slipway.Server;

namespace Slipway.Commands;

/// <summary>The flags of a verb that runs a server: <c>up</c> and <c>demo</c>.</summary>
internal sealed class ServerOptions
{
    private readonly Option<string> _http = new("--http") { Description = "Where to listen for HTTP (default 127.0.0.1:5080; port 0 takes a free one).", HelpName = "ADDRESS:PORT" };
    private readonly Option<string> _grpc = new("--grpc") { Description = "Where to listen for gRPC (default 127.0.0.1:5081).", HelpName = "ADDRESS:PORT" };
    private readonly Option<string> _data = new("--data") { Description = "The data folder (default ./slipway-data).", HelpName = "DIR" };
    private readonly Option<string> _database = new("--database")
    {
        Description = "Keep metadata in a PostgreSQL database instead of SQLite in the data folder; else SLIPWAY_DATABASE, where other users of this machine do not see its password.",
        HelpName = PostgreSqlAddress.Form,
    };

    private readonly Option<bool> _auth = new("--auth")
    {
        Description = "Let nobody in without a key (`slipway key create`) or a token of auth.oidc; then other machines may reach the server.",
    };

    private readonly Option<bool> _insecure = new("--insecure") { Description = "Allow addresses that other machines can reach, although nobody has to sign in." };
    private readonly Option<string> _maxBody = new("--max-body") { Description = "The largest request body, also when unpacked (default 64 MiB).", HelpName = "SIZE" };

    private readonly Option<string> _models = new("--models")
    {
        Description = "Serve the models in DIR as they are: NAME/VERSION/model.onnx (Triton's layout, with or without config.pbtxt), NAME.onnx, LightGBM NAME.txt, MLflow folders of ONNX models.",
        HelpName = "DIR",
    };

    /// <summary>Adds the flag for a folder of models, which only a server that stays has.</summary>
    public void AddModelsTo(Command command) => command.Add(_models);

    public void AddTo(Command command)
    {
        command.Add(_http);
        command.Add(_grpc);
        command.Add(_data);
        command.Add(_database);
        command.Add(_auth);
        command.Add(_insecure);
        command.Add(_maxBody);
    }

    public ServerSettings Read(ParseResult parsed) => SettingsReader.Read(
        Directory.GetCurrentDirectory(),
        Environment.GetEnvironmentVariables(),
        new Dictionary<string, string?>
        {
            ["http"] = parsed.GetValue(_http),
            ["grpc"] = parsed.GetValue(_grpc),
            ["data"] = parsed.GetValue(_data),
            ["database"] = parsed.GetValue(_database),
            ["models"] = parsed.GetResult(_models)?.GetValueOrDefault<string>(),
            ["auth"] = parsed.GetResult(_auth) is { Implicit: false } ? $"{parsed.GetValue(_auth)}" : null,
            ["insecure"] = parsed.GetResult(_insecure) is { Implicit: false } ? $"{parsed.GetValue(_insecure)}" : null,
            ["max-body"] = parsed.GetValue(_maxBody),
        });
}
