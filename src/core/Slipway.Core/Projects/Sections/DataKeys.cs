using Slipway.Core.Projects.Shapes;

namespace Slipway.Core.Projects.Sections;

/// <summary>The section <c>data</c>.</summary>
internal static class DataKeys
{
    public static readonly Key<string> Sql = new(
        "sql", "DuckDB SQL over files of the project: csv, csv.gz, parquet, or a folder of them.", Values.Text("SQL", 100_000), required: true);

    public static readonly Key<string> Time = new("time", "The column with the time at which a row became known.", Column);

    public static readonly Key<string> Label = new("label", "The column to learn.", Column);

    public static readonly Key<IReadOnlyList<string>> Segments = new("segments", "Columns whose values are watched apart.", Columns);

    public static readonly MapShape Shape = new([Sql, Time, Label, Segments], check: Check);

    public static Shape<string> Column => Values.Text("a column's name", 255);

    public static Shape<IReadOnlyList<string>> Columns => new ListShape<string>("columns", Column, atMost: 20, distinct: true) { Example = "[workingday, weathersit]" };

    public static DataSection Build(ReadMap map) =>
        new(map.Find(Sql)!, map.Find(Time), map.Find(Label), map.Get(Segments, []), ((Yaml.YamlText)map.ValueOf(Sql)).ContentLine);

    private static void Check(Reading reading, ReadMap map)
    {
        if (map.Find(Label) is { } label && map.Find(Time) == label)
        {
            reading.Refuse(map.At(Label), map.PathOf(Label), $"'{label}' is the time column too. A model cannot learn the time from itself: name another column.");
        }

        if (map.Find(Sql) is { } sql && sql.Contains("s3://", StringComparison.OrdinalIgnoreCase))
        {
            reading.NotYet(map.ValueOf(Sql), map.PathOf(Sql), "Reading from s3:// is not available yet. Copy the files into the project's folder.");
        }
    }
}
