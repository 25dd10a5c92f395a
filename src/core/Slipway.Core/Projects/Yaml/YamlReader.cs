using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Slipway.Core.Projects.Yaml;

/// <summary>
/// Builds the tree of one document from the parser's events. Bounded: depth and number of values are limited, and nothing is ever repeated, because
/// references to other places (anchors, aliases, merge keys) are refused; that is what makes a "yaml bomb" harmless.
/// </summary>
internal sealed class YamlReader
{
    /// <summary>The deepest nesting. The deepest setting there is stands at six.</summary>
    public const int MaxDepth = 16;

    /// <summary>The most keys and values of a file.</summary>
    public const int MaxNodes = 10_000;

    private readonly Reading _reading;
    private readonly Parser _events;
    private int _nodes;

    private YamlReader(Reading reading, string text)
    {
        _reading = reading;
        _events = new Parser(new StringReader(text));
    }

    /// <summary>The document's value, or null when there is none or it cannot be read; why stands in <paramref name="reading"/>.</summary>
    public static YamlNode? Read(Reading reading, string text)
    {
        // A byte order mark would become part of the first key.
        text = text.StartsWith('\ufeff') ? text[1..] : text;

        // The scanner takes NUL for the end of the file, and everything behind it would be ignored.
        if (text.AsSpan().IndexOfAnyExceptInRange(' ', '\uffff') is >= 0 && FirstControl(text) is >= 0 and var at)
        {
            var (line, column) = Place(text, at);
            reading.Refuse(line, column, "", $"The control character U+{(int)text[at]:X4} is not allowed in yaml.");
            return null;
        }

        var reader = new YamlReader(reading, text);
        try
        {
            return reader.Document();
        }
        catch (YamlException e)
        {
            var (line, column, message) = YamlMistake.Explain(text, (int)e.Start.Line, (int)e.Start.Column, e.Message);
            reading.Refuse(line, column, "", message);
        }

        // What YamlDotNet's scanner throws for some unclosed brackets.
        catch (InvalidOperationException)
        {
            var last = reader._events.Current?.End ?? Mark.Empty;
            reading.Refuse((int)last.Line, (int)last.Column, "", "This is not yaml: a bracket, brace or quote is not closed.");
        }

        // And for a tag that is no URI.
        catch (ArgumentException)
        {
            var last = reader._events.Current?.End ?? Mark.Empty;
            reading.Refuse((int)last.Line, (int)last.Column, "", "This is not yaml: what follows begins with '!' and is no tag. Put the text in quotes.");
        }

        return null;
    }

    private static int FirstControl(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] < ' ' && text[i] is not ('\t' or '\n' or '\r'))
            {
                return i;
            }
        }

        return -1;
    }

    private static (int Line, int Column) Place(string text, int at)
    {
        var before = text.AsSpan(0, at);
        return (before.Count('\n') + 1, at - before.LastIndexOf('\n'));
    }

    private YamlNode? Document()
    {
        Next<StreamStart>();
        if (Next() is StreamEnd)
        {
            _reading.Refuse(1, 1, "", "The file is empty. Write at least 'model' and 'data' or 'artifact', or let `slipway init` write a first one.");
            return null;
        }

        Next();
        var root = Node(1);
        Next<DocumentEnd>();
        if (Next() is DocumentStart second)
        {
            var (line, column) = ((int)second.Start.Line, (int)second.Start.Column);
            _reading.Refuse(line, column, "", "A second document begins here ('---'). A file describes one model: put the other one into its own file.");
        }

        return root;
    }

    /// <summary>The node that the current event begins; afterwards the current event is its last.</summary>
    private YamlNode Node(int depth)
    {
        var start = _events.Current!;
        var (line, column) = ((int)start.Start.Line, (int)start.Start.Column);
        if (depth > MaxDepth)
        {
            throw new SemanticErrorException(start.Start, start.End, $"Values are nested deeper than {MaxDepth} levels.");
        }

        if (++_nodes > MaxNodes)
        {
            throw new SemanticErrorException(start.Start, start.End, $"The file has more than {MaxNodes} keys and values.");
        }

        if (start is AnchorAlias)
        {
            return Refuse("References to another place (*name) are not supported. Write the value out.");
        }

        if (start is NodeEvent { Anchor.IsEmpty: false })
        {
            Refuse("Anchors (&name) are not supported. Write the value out where it is needed.");
        }

        if (start is NodeEvent { Tag.IsEmpty: false } tagged && tagged.Tag != "?" && tagged.Tag != "!")
        {
            Refuse("Tags (!name) are not supported. Write the plain value.");
        }

        switch (start)
        {
            case Scalar scalar:
                return new YamlText(scalar.Value, scalar.Style == ScalarStyle.Plain, scalar.Style is ScalarStyle.Literal or ScalarStyle.Folded, line, column);
            case SequenceStart:
                var items = new List<YamlNode>();
                while (Next() is not SequenceEnd)
                {
                    items.Add(Node(depth + 1));
                }

                return new YamlList(items, line, column);
            default:
                return new YamlMap(Entries(depth), line, column);
        }

        YamlRefused Refuse(string message)
        {
            _reading.Refuse(line, column, "", message);
            return new YamlRefused(line, column);
        }
    }

    private List<(YamlText Key, YamlNode Value)> Entries(int depth)
    {
        var entries = new List<(YamlText, YamlNode)>();
        while (Next() is not MappingEnd)
        {
            var key = Node(depth + 1);
            Next();
            var value = Node(depth + 1);
            if (key is YamlText { Value: "<<", Plain: true })
            {
                _reading.Refuse(key.Line, key.Column, "", "Merging another section (<<) is not supported. Write the keys out.");
            }
            else if (key is YamlText text)
            {
                entries.Add((text, value));
            }
            else if (key is not YamlRefused)
            {
                _reading.Refuse(key.Line, key.Column, "", "A key must be a word, not a list or a section. A value in braces or brackets that is meant as text needs quotes.");
            }
        }

        return entries;
    }

    private ParsingEvent Next()
    {
        // Comments are not events of this parser, and a stream's end comes once: running past it is a mistake of this class.
        return _events.MoveNext() ? _events.Current! : throw new InvalidOperationException("The parser has no more events.");
    }

    private void Next<T>()
        where T : ParsingEvent
    {
        if (Next() is not T)
        {
            throw new SemanticErrorException(_events.Current!.Start, _events.Current.End, "The document does not end here.");
        }
    }
}
