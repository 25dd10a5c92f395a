using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using Slipway.Core.Errors;
using Slipway.Core.Files;
using Slipway.Core.Names;
using Slipway.Core.Projects;
using Slipway.Output;

namespace Slipway.Commands;

/// <summary>Writes a project's file to begin with.</summary>
internal static class InitCommand
{
    private static readonly JsonSerializerOptions Quoting = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Command Create()
    {
        var command = Verb.Create(
            "init",
            "Write a slipway.yaml for a table of data in this folder. An existing file is never overwritten.",
            "slipway init --data adult.csv.gz --label income --model income");
        var data = new Option<string>("--data") { Description = "A CSV, CSV.gz or Parquet file in this folder or below.", HelpName = "FILE", Required = true };
        var label = new Option<string>("--label") { Description = "The column to learn.", HelpName = "COLUMN", Required = true };
        var time = new Option<string>("--time") { Description = "The column with the time of each row, if there is one.", HelpName = "COLUMN" };
        var model = new Option<string>("--model") { Description = "The model's name; else the data file's.", HelpName = "NAME" };
        command.Add(data);
        command.Add(label);
        command.Add(time);
        command.Add(model);
        return command.Runs(async (parsed, terminal, cancellationToken) =>
        {
            var file = parsed.GetValue(data)!;
            var name = parsed.GetValue(model) ?? ResourceName.Propose(Stem(file))
                ?? throw new SlipwayException(ErrorKind.InvalidInput, $"No name for the model follows from {file}. Give one with --model: {ResourceName.Rule}.");
            ResourceName.Check(name, "model");
            if (SafePath.Mistake(file) is { } mistake)
            {
                throw new SlipwayException(ErrorKind.InvalidInput, $"The data file '{file}' {mistake}. Name one in this folder or below, such as data/rows.csv.");
            }

            var yaml = Write(name, file, parsed.GetValue(label)!, parsed.GetValue(time));

            // What init writes, apply takes: a name that needs quotes shows here, not later.
            ProjectFile.Parse(yaml, ProjectFile.DefaultName);
            await SaveAsync(yaml, cancellationToken);
            terminal.Say($"Wrote {ProjectFile.DefaultName}. Read it, then run `slipway up` in another terminal and `slipway apply` here.");
            terminal.WriteJson(new { ok = true, file = Path.GetFullPath(ProjectFile.DefaultName), model = name });
            return ExitCode.Good;
        });
    }

    internal static string Write(string model, string data, string label, string? time) =>
        $$"""
        # A JSON Schema for editors comes with Slipway: docs/guide.md says how to use it, and lists every key.
        model: {{model}}

        data:
          sql: {{Scalar($"select * from '{data.Replace("'", "''", StringComparison.Ordinal)}'", " */.'-")}}{{(time is null ? "" : $"\n  time: {Scalar(time)}")}}
          label: {{Scalar(label)}}

        # How to train and judge; each line has a default that works.
        # train:
        #   task: binary                # regression | binary | multiclass
        #   algorithm: lightgbm
        #   parameters: { num_leaves: 31, learning_rate: 0.1, rounds: 200 }
        # validate:
        #   performance: { auc: ">= 0.8" }

        deploy:
          name: {{model}}

        """;

    private static string Stem(string file)
    {
        var name = Path.GetFileName(file);
        var dot = name.IndexOf('.', StringComparison.Ordinal);
        return dot > 0 ? name[..dot] : name;
    }

    // Words stay as they are; anything that YAML could read otherwise (a comment, a mapping, a number) is quoted as JSON is, which YAML reads the same.
    private static string Scalar(string text, string plain = "") =>
        text.Length > 0 && char.IsAsciiLetter(text[0]) && text.All(c => char.IsAsciiLetterOrDigit(c) || c == '_' || plain.Contains(c, StringComparison.Ordinal)) && text is not ("null" or "true" or "false")
            ? text
            : JsonSerializer.Serialize(text, Quoting);

    private static async Task SaveAsync(string yaml, CancellationToken cancellationToken)
    {
        try
        {
            await using var stream = new FileStream(ProjectFile.DefaultName, FileMode.CreateNew, FileAccess.Write);
            await stream.WriteAsync(System.Text.Encoding.UTF8.GetBytes(yaml), cancellationToken);
        }
        catch (IOException exception) when (File.Exists(ProjectFile.DefaultName))
        {
            throw new SlipwayException(ErrorKind.Conflict, $"{ProjectFile.DefaultName} is here already and was not touched. Move it, or run init in another folder.", exception);
        }
    }
}
