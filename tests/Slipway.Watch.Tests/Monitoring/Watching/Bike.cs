using System.Globalization;
using System.IO.Compression;
using System.Runtime.CompilerServices;

namespace Slipway.Watch.Tests.Monitoring.Watching;

/// <summary>One hour of the bikes.</summary>
internal sealed record Bike(DateTimeOffset At, IReadOnlyDictionary<string, double> Inputs, double Count)
{
    private static readonly string[] Names = ["season", "hr", "weekday", "workingday", "weathersit", "temp", "hum", "windspeed"];

    public static string File { get; } = Path.GetFullPath(Path.Combine(Here(), "../../../../samples/bikes/data/bike_sharing_hourly.csv.gz"));

    public static List<Bike> Read()
    {
        using var reader = new StreamReader(new GZipStream(System.IO.File.OpenRead(File), CompressionMode.Decompress));
        var header = reader.ReadLine()!.Split(',');
        var bikes = new List<Bike>();
        while (reader.ReadLine() is { } line)
        {
            var fields = line.Split(',');
            double Number(string name) => double.Parse(fields[Array.IndexOf(header, name)], CultureInfo.InvariantCulture);
            var day = DateTimeOffset.Parse(fields[1], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
            bikes.Add(new Bike(day.AddHours(Number("hr")), Names.ToDictionary(name => name, Number), Number("cnt")));
        }

        return bikes;
    }

    private static string Here([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
