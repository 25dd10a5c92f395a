namespace Slipway.Monitoring.Log.Parquet.Format;

/// <summary>A column of a file.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">What its values are.</param>
/// <param name="IsOptional">True when a row may have none.</param>
internal sealed record ParquetColumn(string Name, ParquetKind Kind, bool IsOptional)
{
    /// <summary>The physical type's number in Parquet's own description of its format (parquet.thrift).</summary>
    public int Type => Kind switch
    {
        ParquetKind.Flag => 0,
        ParquetKind.Int32 => 1,
        ParquetKind.Int64 or ParquetKind.Time => 2,
        ParquetKind.Float32 => 4,
        ParquetKind.Float64 or ParquetKind.Float64List => 5,
        _ => 6,
    };

    /// <summary>Where its values are in the tree of the schema.</summary>
    public string[] Path => Kind == ParquetKind.Float64List ? [Name, "list", "element"] : [Name];

    /// <summary>Describes it as elements of the schema, a list as three of them.</summary>
    public void Describe(CompactWriter schema)
    {
        if (Kind == ParquetKind.Float64List)
        {
            Group(schema, Name, repetition: 1, isList: true);
            Group(schema, "list", repetition: 2, isList: false);
        }

        schema.BeginElement();
        schema.Number(1, Type);
        schema.Number(3, IsOptional && Kind != ParquetKind.Float64List ? 1 : 0);
        schema.Text(4, Path[^1]);
        if (Kind == ParquetKind.Text)
        {
            schema.Number(6, 0);
            schema.Begin(10);
            schema.Empty(1);
            schema.End();
        }
        else if (Kind == ParquetKind.Time)
        {
            // Microseconds, adjusted to UTC.
            schema.Number(6, 10);
            schema.Begin(10);
            schema.Begin(8);
            schema.Flag(1, true);
            schema.Begin(2);
            schema.Empty(2);
            schema.End();
            schema.End();
            schema.End();
        }

        schema.End();
    }

    /// <summary>How many elements of the schema it is.</summary>
    public int Elements => Kind == ParquetKind.Float64List ? 3 : 1;

    private static void Group(CompactWriter schema, string name, int repetition, bool isList)
    {
        schema.BeginElement();
        schema.Number(3, repetition);
        schema.Text(4, name);
        schema.Number(5, 1);
        if (isList)
        {
            schema.Number(6, 3);
            schema.Begin(10);
            schema.Empty(3);
            schema.End();
        }

        schema.End();
    }
}

/// <summary>What the values of a column are.</summary>
internal enum ParquetKind
{
    /// <summary>Yes or no.</summary>
    Flag,

    /// <summary>Whole numbers of 32 bits.</summary>
    Int32,

    /// <summary>Whole numbers of 64 bits.</summary>
    Int64,

    /// <summary>Microseconds since 1970 in UTC.</summary>
    Time,

    /// <summary>Numbers of single precision.</summary>
    Float32,

    /// <summary>Numbers of double precision.</summary>
    Float64,

    /// <summary>Texts in UTF-8.</summary>
    Text,

    /// <summary>Lists of numbers of double precision.</summary>
    Float64List,
}
