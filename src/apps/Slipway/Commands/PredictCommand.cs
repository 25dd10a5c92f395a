using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Slipway.Client;
using Slipway.Core.Errors;
using Slipway.Core.Names;
using Slipway.Output;

namespace Slipway.Commands;

/// <summary>Asks a deployment for predictions.</summary>
internal static class PredictCommand
{
    private const int MaxRows = 10_000;

    public static Command Create()
    {
        var command = Verb.Create(
            "predict",
            "Ask a deployment for predictions. Rows are JSON objects by column name; a column that is null is missing.",
            "slipway predict income --row '{\"age\": 39, \"workclass\": \"Private\", …}'",
            "slipway predict bikes --rows rows.json");
        var deployment = new Argument<string>("deployment") { Description = "The deployment's name." };
        var row = new Option<string>("--row") { Description = "One row, as a JSON object.", HelpName = "JSON" };
        var rows = new Option<string>("--rows") { Description = $"A file with a JSON array of rows, or one row a line; - is standard input. At most {MaxRows:N0} rows.", HelpName = "FILE" };
        var server = Verb.ServerOption();
        command.Add(deployment);
        command.Add(row);
        command.Add(rows);
        command.Add(server);
        return command.Runs(async (parsed, terminal, cancellationToken) =>
        {
            var name = ResourceName.Check(parsed.GetValue(deployment), "deployment");
            var given = await ReadRowsAsync(parsed.GetValue(row), parsed.GetValue(rows), cancellationToken);
            using var client = new SlipwayClient(parsed.GetValue(server));
            var metadata = await client.GetAsync<JsonObject>($"/v2/models/{name}", cancellationToken);
            var request = InferRequest.FromRows(metadata["inputs"]!.AsArray(), given);
            var answer = await client.PostAsync<JsonObject>($"/v2/models/{name}/infer", request, cancellationToken);
            if (!terminal.Json)
            {
                Print(terminal, answer);
            }

            terminal.WriteJson(answer);
            return ExitCode.Good;
        });
    }

    private static async Task<IReadOnlyList<JsonObject>> ReadRowsAsync(string? row, string? file, CancellationToken cancellationToken)
    {
        if ((row is null) == (file is null))
        {
            throw new SlipwayException(ErrorKind.InvalidInput, "Give the rows with either --row or --rows.");
        }

        if (file is not (null or "-") && !File.Exists(file))
        {
            throw new SlipwayException(ErrorKind.InvalidInput, $"There is no file {file}. Name one with rows as JSON objects, or - for standard input.");
        }

        var text = row ?? (file == "-" ? await System.Console.In.ReadToEndAsync(cancellationToken) : await File.ReadAllTextAsync(file!, cancellationToken));
        try
        {
            var rows = text.AsSpan().TrimStart() is ['[', ..]
                ? JsonNode.Parse(text)!.AsArray().Select(item => item!.AsObject()).ToArray()
                : Lines(text).Select(line => JsonNode.Parse(line)!.AsObject()).ToArray();
            return rows.Length is > 0 and <= MaxRows
                ? rows
                : throw new SlipwayException(ErrorKind.InvalidInput, $"There are {rows.Length:N0} rows. Give 1 to {MaxRows:N0}.");
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or NullReferenceException)
        {
            throw new SlipwayException(ErrorKind.InvalidInput, $"{file ?? "--row"} is not JSON objects by column name, such as {{\"temp\": 0.5}}: {exception.Message}", exception);
        }
    }

    // One object may be spread over several lines; otherwise it is one a line.
    private static string[] Lines(string text)
    {
        try
        {
            JsonDocument.Parse(text).Dispose();
            return [text];
        }
        catch (JsonException)
        {
            return text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        }
    }

    private static void Print(Terminal terminal, JsonObject answer)
    {
        terminal.Say($"{answer["model_name"]} {answer["model_version"]}");
        foreach (var output in answer["outputs"]!.AsArray())
        {
            terminal.Say($"{output!["name"]}: {string.Join(", ", output["data"]!.AsArray().Select(value => value?.ToString() ?? "null"))}");
        }
    }
}
