using System.Globalization;

namespace Slipway.Core.Projects.Sections;

/// <summary>Checks the usual five fields of a cron expression; when they fire is the scheduler's matter.</summary>
internal static class Cron
{
    private static readonly string[] Months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
    private static readonly string[] Days = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

    private static readonly (int Min, int Max, string[] Names)[] Fields = [(0, 59, []), (0, 23, []), (1, 31, []), (1, 12, Months), (0, 7, Days)];

    public static bool IsValid(string text)
    {
        var fields = text.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        return fields.Length == Fields.Length && fields.Zip(Fields).All(f => f.First.Split(',').All(part => IsPart(part, f.Second)));
    }

    // "*", "5", "1-5", "MON-FRI", and each of them with a step: "*/15", "0-30/10".
    private static bool IsPart(string part, (int Min, int Max, string[] Names) field)
    {
        var step = part.Split('/');
        if (step.Length > 2 || (step.Length == 2 && !(int.TryParse(step[1], NumberStyles.None, CultureInfo.InvariantCulture, out var by) && by >= 1 && by <= field.Max)))
        {
            return false;
        }

        var ends = step[0].Split('-');
        return step[0] == "*"
            || (ends.Length <= 2 && Value(ends[0], field) is { } low && Value(ends[^1], field) is { } high && low <= high);
    }

    private static int? Value(string text, (int Min, int Max, string[] Names) field)
    {
        var named = Array.FindIndex(field.Names, n => n.Equals(text, StringComparison.OrdinalIgnoreCase));
        return named >= 0 ? named + (field.Names == Months ? 1 : 0)
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= field.Min && number <= field.Max ? number
            : null;
    }
}
