using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json.Nodes;
using Slipway.Core.Files;
using Slipway.Core.Names;
using Slipway.Core.Projects.Yaml;
using Slipway.Core.Units;

namespace Slipway.Core.Projects.Shapes;

/// <summary>The single values that keys hold.</summary>
internal static class Values
{
    private const string WithoutQuotes = " Write it without quotes.";
    private const string NumberPattern = @"[0-9]+(\.[0-9]+)?";

    /// <summary>Text that is not blank.</summary>
    public static Shape<string> Text(string what, int max) => new ScalarShape<string>(
        $"{what} of at most {max} characters",
        () => new JsonObject { ["type"] = "string", ["minLength"] = 1, ["maxLength"] = max },
        (YamlText text, [MaybeNullWhen(false)] out string value) =>
        {
            value = text.Value;
            return !string.IsNullOrWhiteSpace(value) && value.Length <= max && !HasControl(value);
        },
        text => text.Value.Length > max ? $" It has {text.Value.Length}." : HasControl(text.Value) ? " It contains a control character." : "");

    /// <summary>Text that passes <paramref name="isValid"/>; <paramref name="pattern"/> says the same, or less, to editors.</summary>
    public static Shape<string> Matching(string allowed, string pattern, Func<string, bool> isValid) => new ScalarShape<string>(
        allowed,
        () => Pattern(pattern),
        (YamlText text, [MaybeNullWhen(false)] out string value) =>
        {
            value = text.Value;
            return isValid(value);
        });

    /// <summary>A name that becomes a folder and a part of addresses.</summary>
    public static Shape<string> Name(string what) => new ScalarShape<string>(
        $"a name for a {what}: {ResourceName.Rule}",
        () => Pattern("^[a-z0-9][a-z0-9_-]{0,99}$"),
        (YamlText text, [MaybeNullWhen(false)] out string value) =>
        {
            value = text.Value;
            return ResourceName.IsValid(value);
        },
        text => ResourceName.Propose(text.Value) is { } proposed ? $" '{proposed}' would be one." : "");

    /// <summary>The path of a file or folder inside the project.</summary>
    public static Shape<string> ProjectPath() => new ScalarShape<string>(
        "a path inside the project's folder, such as models/model.onnx",
        () => Pattern(@"^[^/\\:?#;]([^\\:?#;]*)$"),
        (YamlText text, [MaybeNullWhen(false)] out string value) =>
        {
            value = text.Value;
            return SafePath.Mistake(value) is null;
        },
        text => $" It {SafePath.Mistake(text.Value)}.");

    /// <summary>For a condition that is there or not: only <c>true</c>.</summary>
    public static Shape<bool> Switch() => new ScalarShape<bool>(
        "true; leave the key out otherwise",
        () => new JsonObject { ["enum"] = new JsonArray(true) },
        (YamlText text, out bool value) => value = text.Plain && text.Value == "true");

    public static Shape<int> Whole(int min, int max) => new ScalarShape<int>(
        $"a whole number from {min} to {max}",
        () => new JsonObject { ["type"] = "integer", ["minimum"] = min, ["maximum"] = max },
        (YamlText text, out int value) =>
            int.TryParse(text.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value) && text.Plain && value >= min && value <= max,
        text => !text.Plain && int.TryParse(text.Value, CultureInfo.InvariantCulture, out _) ? WithoutQuotes : "");

    /// <summary>A number above <paramref name="above"/>, up to <paramref name="max"/>.</summary>
    public static Shape<double> Number(double above, double max) => new ScalarShape<double>(
        string.Create(CultureInfo.InvariantCulture, $"a number above {above} and at most {max}"),
        () => new JsonObject { ["type"] = "number", ["exclusiveMinimum"] = above, ["maximum"] = max },
        (YamlText text, out double value) => TryNumber(text, out value) && value > above && value <= max,
        text => text.Plain ? "" : WithoutQuotes);

    /// <summary>Any finite number.</summary>
    public static Shape<ParsedNumber> AnyNumber() => new ScalarShape<ParsedNumber>(
        "a number",
        () => new JsonObject { ["type"] = "number" },
        (YamlText text, [MaybeNullWhen(false)] out ParsedNumber value) =>
        {
            var read = TryNumber(text, out var number);
            value = read ? new ParsedNumber(number, long.TryParse(text.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _)) : null;
            return read;
        },
        text => text.Plain ? "" : WithoutQuotes);

    /// <summary>A duration in a range.</summary>
    public static Shape<TimeSpan> Time(TimeSpan min, TimeSpan max) => new ScalarShape<TimeSpan>(
        $"{Duration.Rule}, from {Duration.Format(min)} to {Duration.Format(max)}",
        () => Pattern($@"^\s*{NumberPattern}\s*(ms|s|m|h|d)\s*$"),
        (YamlText text, out TimeSpan value) => Duration.TryParse(text.Value, out value) && value >= min && value <= max,
        WithoutUnit);

    /// <summary>An amount of memory in a range.</summary>
    public static Shape<long> Size(long min, long max) => new ScalarShape<long>(
        $"{ByteSize.Rule}, from {ByteSize.Format(min)} to {ByteSize.Format(max)}",
        () => Pattern($@"^\s*{NumberPattern}\s*(B|kB|KB|MB|GB|TB|KiB|MiB|GiB|TiB)\s*$"),
        (YamlText text, out long value) => ByteSize.TryParse(text.Value, out value) && value >= min && value <= max,
        WithoutUnit);

    /// <summary>A share in a range, both ends included unless <paramref name="open"/>.</summary>
    public static Shape<double> Share(int min, int max, bool open = false) => new ScalarShape<double>(
        open ? $"{Percent.Rule}, above {min}% and below {max}%" : $"{Percent.Rule}, from {min}% to {max}%",
        () => Pattern($@"^\s*{NumberPattern}\s*%\s*$"),
        (YamlText text, out double value) => Percent.TryParse(text.Value, out value)
            && (open ? value > min / 100.0 && value < max / 100.0 : value >= min / 100.0 && value <= max / 100.0),
        text => TryNumber(text, out var bare) && bare is > 0 and < 1
            ? string.Create(CultureInfo.InvariantCulture, $" Write it as {(decimal)bare * 100:0.####}%.")
            : WithoutUnit(text));

    /// <summary>A share as a number, such as 0.1; the unit may be written too: 10%.</summary>
    public static Shape<double> Fraction() => new ScalarShape<double>(
        "a share from 0 to 1, such as 0.1 or 10%",
        () => new JsonObject
        {
            ["anyOf"] = new JsonArray(new JsonObject { ["type"] = "number", ["minimum"] = 0, ["maximum"] = 1 }, Pattern($@"^\s*{NumberPattern}\s*%\s*$")),
        },
        (YamlText text, out double value) => (TryNumber(text, out value) || Percent.TryParse(text.Value, out value)) && value is >= 0 and <= 1,
        text => text.Plain || Percent.TryParse(text.Value, out _) ? "" : WithoutQuotes);

    public static Shape<Margin> Margin() => new ScalarShape<Margin>(
        "a margin such as 2% (of the value it is compared with) or 0.5 pp (points of the range or rate), from 0 to 100",
        () => Pattern($@"^\s*{NumberPattern}\s*(%|pp)\s*$"),
        (YamlText text, [MaybeNullWhen(false)] out Margin value) => Margins.TryParse(text.Value, out value!),
        WithoutUnit);

    /// <summary>So many a second.</summary>
    public static Shape<double> PerSecond() => new ScalarShape<double>(
        "a rate such as 200/s, above 0 and at most 1000000/s",
        () => Pattern($@"^\s*{NumberPattern}\s*/\s*s\s*$"),
        (YamlText text, out double value) =>
        {
            var read = Quantity.TrySplit(text.Value, out var number, out var unit) && unit.StartsWith("/") && unit[1..].Trim().SequenceEqual("s");
            value = (double)number;
            return read && number is > 0 and <= 1_000_000;
        },
        WithoutUnit);

    /// <summary>A limit on a duration.</summary>
    public static Shape<Bound<TimeSpan>> TimeLimit() => Limit<TimeSpan>(
        "an upper limit for a duration, such as \"< 100 ms\"", @"(ms|s|m|h|d)\s*$", upperOnly: true, Duration.TryParse);

    /// <summary>A limit on an amount of memory.</summary>
    public static Shape<Bound<long>> SizeLimit() => Limit<long>(
        "an upper limit for memory, such as \"< 2000 MB\"", @"(B|kB|KB|MB|GB|TB|KiB|MiB|GiB|TiB)\s*$", upperOnly: true, ByteSize.TryParse);

    /// <summary>A limit on processor cores.</summary>
    public static Shape<Bound<double>> CoreLimit() => Limit(
        "an upper limit for processor cores, such as \"< 1 core\"",
        @"cores?\s*$",
        upperOnly: true,
        (ReadOnlySpan<char> text, out double cores) =>
        {
            var read = Quantity.TrySplit(text, out var number, out var unit) && (unit.SequenceEqual("core") || unit.SequenceEqual("cores"));
            cores = (double)number;
            return read && number > 0;
        });

    /// <summary>An upper limit on a share, such as of errors.</summary>
    public static Shape<Bound<double>> ShareLimit() => Limit(
        "an upper limit in percent, such as \"< 1%\"",
        @"%\s*$",
        upperOnly: true,
        (ReadOnlySpan<char> text, out double share) => Percent.TryParse(text, out share) && share is >= 0 and <= 1);

    /// <summary>A limit on a number within bounds, which may be written as a percentage where it is a share.</summary>
    public static Shape<Bound<double>> NumberLimit(string allowed, double min, double max, bool percent, bool upper) => Limit(
        allowed,
        percent ? @"%?\s*$" : @"$",
        upper,
        (ReadOnlySpan<char> text, out double number) =>
            (double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out number)
                || (percent && Percent.TryParse(text, out number)))
            && double.IsFinite(number) && number >= min && number <= max,
        "-?" + NumberPattern + "([eE][-+]?[0-9]+)?");

    /// <summary>A parameter's value as invariant text: a number, a word, a truth value.</summary>
    public static Shape<string> Scalar() => new ScalarShape<string>(
        "a number, a word, or true or false",
        () => new JsonObject { ["type"] = new JsonArray("number", "string", "boolean") },
        (YamlText text, [MaybeNullWhen(false)] out string value) =>
        {
            value = text.Value;
            return value.Length is > 0 and <= 1000 && !value.Any(char.IsControl);
        });

    /// <summary>True for a number written without quotes.</summary>
    public static bool TryNumber(YamlText text, out double value) =>
        double.TryParse(text.Value, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out value)
        && text.Plain && double.IsFinite(value);

    private delegate bool LimitParser<T>(ReadOnlySpan<char> text, out T value);

    private static ScalarShape<Bound<T>> Limit<T>(string allowed, string unitPattern, bool upperOnly, LimitParser<T> parse, string number = NumberPattern)
        where T : notnull => new(
        allowed,
        () => Pattern((upperOnly ? @"^\s*(<|<=)\s*" : @"^\s*(>|>=)\s*") + number + @"\s*" + unitPattern),
        (YamlText text, [MaybeNullWhen(false)] out Bound<T> value) =>
        {
            value = Bound.TrySplit(text.Value, out var comparison, out var rest) && parse(rest, out var limit)
                ? new Bound<T>(comparison, limit, text.Value.Trim())
                : null;
            return value is not null && value.IsUpperLimit == upperOnly;
        },
        text => !Bound.TrySplit(text.Value, out _, out var rest) ? " Put <, <=, > or >= before it, and quotes around."
            : !unitPattern.Contains('%', StringComparison.Ordinal) && rest.EndsWith('%') ? " It is not a share: write it without %."
            : "");

    // In quotes yaml can write any character as an escape, so the text's own check does not see them.
    private static bool HasControl(string text) => text.Any(c => char.IsControl(c) && c is not ('\n' or '\r' or '\t'));

    private static string WithoutUnit(YamlText text) => Quantity.TrySplit(text.Value, out _, out var unit) && unit.IsEmpty ? " It has no unit." : "";

    private static JsonObject Pattern(string pattern) => new() { ["type"] = "string", ["pattern"] = pattern };
}

/// <summary>A number, and whether it was written as a whole one.</summary>
internal sealed record ParsedNumber(double Value, bool Whole);
