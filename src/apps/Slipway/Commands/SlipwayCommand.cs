using System.CommandLine;
using Slipway.Core.Errors;
using Slipway.Output;

namespace Slipway.Commands;

/// <summary>The program: one verb, one file.</summary>
internal static class SlipwayCommand
{
    public static RootCommand Create()
    {
        var root = new RootCommand("Slipway takes a machine-learning model from training to a monitored production service.\n\nExample: slipway demo");
        root.Add(DemoCommand.Create());
        root.Add(InitCommand.Create());
        root.Add(UpCommand.Create());
        root.Add(ApplyCommand.Create());
        root.Add(TrainCommand.Create());
        root.Add(StatusCommand.Create());
        root.Add(PredictCommand.Create());
        root.Add(ExplainCommand.Create());
        root.Add(CardCommand.Create());
        root.Add(DiffCommand.Create());
        root.Add(ApprovalCommand.Create());
        root.Add(ApproveCommand.Create());
        root.Add(RejectCommand.Create());
        root.Add(DeprecateCommand.Create());
        root.Add(DeployCommand.Create());
        root.Add(RollbackCommand.Create());
        root.Add(RolloutCommand.Create());
        root.Add(HistoryCommand.Create());
        root.Add(LineageCommand.Create());
        root.Add(DriftCommand.Create());
        root.Add(DoctorCommand.Create());
        root.Add(GcCommand.Create());
        root.Add(AuditCommand.Create());
        root.Add(VerifyCommand.Create());
        root.Add(DeleteCommand.Create());
        root.Add(KeyCommand.Create());
        return root;
    }

    /// <summary>Says what is wrong with a command line, in one line a mistake, and where help is.</summary>
    public static int ReportWrongUsage(ParseResult parsed)
    {
        var path = new List<string>();
        for (var result = parsed.CommandResult; result is not null; result = result.Parent as System.CommandLine.Parsing.CommandResult)
        {
            path.Insert(0, result.Command is RootCommand ? "slipway" : result.Command.Name);
        }

        // The command line did not parse, so whether it asks for JSON shows in its words only.
        var terminal = new Terminal(parsed.Tokens.Any(token => token.Value == "--json"));
        var mistakes = parsed.Errors.Select(error => error.Message).ToArray();
        return terminal.Report(new SlipwayException(ErrorKind.InvalidInput, mistakes[0]) { Details = [.. mistakes[1..], $"`{string.Join(' ', path)} --help` shows what is allowed."] });
    }
}
