using System.Text.Json;
using Slipway.Core;
using Slipway.Core.Errors;
using Spectre.Console;

namespace Slipway.Output;

/// <summary>Where a verb writes: for people, or, with <c>--json</c>, one JSON object as the last line of standard output.</summary>
internal sealed class Terminal(bool json)
{
    /// <summary>True when the output is for a program.</summary>
    public bool Json => json;

    /// <summary>For people: standard output, or standard error when standard output is for a program.</summary>
    public IAnsiConsole People { get; } = AnsiConsole.Create(new AnsiConsoleSettings { Out = new Lines(json ? System.Console.Error : System.Console.Out) });

    private TextWriter Out => json ? System.Console.Error : System.Console.Out;

    /// <summary>True when people watch a terminal: then bars move, else lines are written.</summary>
    public bool Interactive { get; } = !json && !System.Console.IsOutputRedirected;

    /// <summary>A line for people.</summary>
    public void Say(string text) => Out.WriteLine(text);

    /// <summary>The verb's result for a program; nothing without <c>--json</c>.</summary>
    public void WriteJson(object result)
    {
        if (json)
        {
            System.Console.Out.WriteLine(JsonSerializer.Serialize(result, SlipwayJson.Options));
        }
    }

    /// <summary>Reports an error and returns the exit code.</summary>
    public int Report(SlipwayException exception)
    {
        System.Console.Error.WriteLine(exception.Message);
        foreach (var detail in exception.Details)
        {
            System.Console.Error.WriteLine($"  {detail}");
        }

        WriteJson(new { ok = false, error = exception.Message, kind = exception.Kind, details = exception.Details });
        return ExitCode.Of(exception.Kind);
    }

    // A file or a pipe has no width: Spectre would take 80 and break lines that a script reads.
    private sealed class Lines(TextWriter writer) : IAnsiConsoleOutput
    {
        private readonly AnsiConsoleOutput _output = new(writer);

        public TextWriter Writer => writer;

        public bool IsTerminal => _output.IsTerminal;

        public int Width => IsTerminal ? Math.Max(_output.Width, 40) : 160;

        public int Height => _output.Height;

        public void SetEncoding(System.Text.Encoding encoding) => _output.SetEncoding(encoding);
    }
}
