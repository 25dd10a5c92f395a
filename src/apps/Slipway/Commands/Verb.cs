using System.CommandLine;
using Slipway.Client;
using Slipway.Core.Errors;
using Slipway.Output;

namespace Slipway.Commands;

/// <summary>What all verbs share: <c>--json</c>, an example in the help, and errors as one sentence with an exit code.</summary>
internal static class Verb
{
    // One for all verbs, so that the option of the server finds it.
    private static readonly Option<string> Key = new("--key")
    {
        Description = "The key to show a server with authentication; better SLIPWAY_KEY, which other users of this machine do not see.",
        HelpName = "KEY",
    };

    public static Command Create(string name, string description, params string[] examples)
    {
        var heading = examples.Length == 1 ? "Example" : "Examples";
        return new Command(name, $"{description}\n\n{heading}:\n{string.Join('\n', examples.Select(example => $"  {example}"))}");
    }

    /// <summary>Adds <c>--json</c> and makes <paramref name="run"/> the verb's action.</summary>
    public static Command Runs(this Command command, Func<ParseResult, Terminal, CancellationToken, Task<int>> run)
    {
        if (command.Options.Any(option => option is Option<ServerAddress>))
        {
            command.Add(Key);
        }

        var json = new Option<bool>("--json") { Description = "Write the result as one JSON object on the last line." };
        command.Add(json);
        command.SetAction(async (ParseResult parsed, CancellationToken cancellationToken) =>
        {
            var terminal = new Terminal(parsed.GetValue(json));
            try
            {
                return await run(parsed, terminal, cancellationToken);
            }
            catch (SlipwayException exception)
            {
                return terminal.Report(exception);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                System.Console.Error.WriteLine("Stopped.");
                terminal.WriteJson(new { ok = false, error = "Stopped." });
                return ExitCode.Interrupted;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                return terminal.Report(new SlipwayException(ErrorKind.Failed, $"A file could not be read or written: {exception.Message}", exception));
            }
            catch (Exception exception)
            {
                // A mistake of ours: the trace goes to a person who can mend it only when asked for.
                var trace = Environment.GetEnvironmentVariable("SLIPWAY_TRACE") == "1" ? $"\n{exception}" : " Set SLIPWAY_TRACE=1 to see where.";
                return terminal.Report(new SlipwayException(ErrorKind.Failed, $"Something went wrong inside Slipway: {exception.Message}{trace}", exception));
            }
        });
        return command;
    }

    /// <summary>The server that a verb talks to, with the key that it shows there: a verb with this option has <c>--key</c> too.</summary>
    public static Option<ServerAddress> ServerOption() => new("--server")
    {
        Description = "The server's address.",
        HelpName = "URL",
        CustomParser = result => new ServerAddress(result.Tokens[0].Value, result.GetValue(Key)),
        DefaultValueFactory = result => new ServerAddress(null, result.GetValue(Key)),
    };

    /// <summary>The project's file.</summary>
    public static Option<string> FileOption() => new("--file", "-f")
    {
        Description = "The project's file.",
        HelpName = "FILE",
        DefaultValueFactory = _ => Core.Projects.ProjectFile.DefaultName,
    };
}
