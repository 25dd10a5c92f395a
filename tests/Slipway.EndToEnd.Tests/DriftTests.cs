using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using System.Xml.Linq;

namespace Slipway.EndToEnd.Tests;

/// <summary><c>slipway drift</c> on two files alone: no server, no project.</summary>
public sealed class DriftTests : IDisposable
{
    private static readonly string[] Fields = ["column", "type", "n", "m", "psi", "kl", "ks", "ks_p", "chi2", "chi2_p", "missing", "unseen", "verdict"];

    // 400 rows of numbers, text, a time, a list and some infinite numbers:
    // copy (select i::integer as id, (i % 50)::float / 10 as temp, case when i % 4 = 0 then 'Oslo' else 'Rome' end as city, [i] as list, timestamp '2024-01-01' + to_hours(i) as at,
    //   case when i % 10 = 0 then 'inf'::double else i % 7 end as rate from range(400) r(i)) to 'rides.parquet' (format parquet, compression zstd)
    private static readonly string Rides = Path.Combine(Repository.Root, "tests", "Slipway.EndToEnd.Tests", "Data", "rides.parquet");

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_moved_is_named_and_the_exit_code_is_one()
    {
        await WriteAsync("before.csv", "temp,city,flag", 1000, i => $"{i % 100},{(i % 2 == 0 ? "Oslo" : "Rome")},{(i % 3 == 0 ? "true" : "false")}");
        await PackAsync("now.csv.gz", "temp,city,flag", 500, i => $"{30 + (i % 100)},{(i % 5 == 0 ? "Kyiv" : "Oslo")},{(i % 3 == 0 ? "true" : "false")}");

        var result = await DriftAsync("before.csv", "now.csv.gz");

        Assert.Equal(1, result.ExitCode);
        Assert.Empty(result.Errors);
        Assert.Contains("temp drifted: PSI", result.Output, StringComparison.Ordinal);
        Assert.Contains("mean 49.5 → 79.5", result.Output, StringComparison.Ordinal);
        Assert.Contains("city drifted: PSI", result.Output, StringComparison.Ordinal);
        Assert.Contains("Drift: 2 of 3 columns drifted, 500 rows against 1\u00A0000.", result.Output, StringComparison.Ordinal);
        Assert.All(Table(result.Output), line => Assert.InRange(line.Length, 1, 80));
    }

    [Fact]
    public async Task Json_has_exactly_the_fields_that_are_promised()
    {
        await WriteAsync("before.csv", "temp,city", 1000, i => $"{i % 100},{(i % 10 == 0 ? "" : "Oslo")}");
        await WriteAsync("now.csv", "temp,city", 500, i => $"{(i % 4 == 0 ? "" : $"{i % 100}")},{(i % 5 == 0 ? "Kyiv" : "Oslo")}");

        var result = await DriftAsync("before.csv", "now.csv", "--json");

        Assert.Equal(1, result.ExitCode);
        var (temp, city) = (Column(result, "temp"), Column(result, "city"));
        Assert.Equal(Fields.Except(["unseen"]), temp.Select(field => field.Key));
        Assert.Equal(Fields.Except(["ks", "ks_p"]), city.Select(field => field.Key));
        Assert.Equal(("number", 1000, 500, 0.25), ((string)temp["type"]!, (int)temp["n"]!, (int)temp["m"]!, (double)temp["missing"]![1]!));
        Assert.Equal(("text", 0.1, 0.2), ((string)city["type"]!, (double)city["missing"]![0]!, (double)city["unseen"]!));
        Assert.Equal("drift", (string)temp["verdict"]!);
        Assert.Equal("drift", (string)result.Json["dataset"]!["verdict"]!);
        Assert.Equal((1000, 500, 2), ((int)result.Json["dataset"]!["n"]!, (int)result.Json["dataset"]!["m"]!, (int)result.Json["dataset"]!["drifted"]!));
        Assert.Equal(["columns", "dataset"], result.Json.Select(field => field.Key));
    }

    [Fact]
    public async Task Parquet_is_read_and_what_cannot_be_compared_is_said()
    {
        var result = await DriftAsync(Rides, Rides, "--json");

        Assert.Equal(0, result.ExitCode);
        Assert.Equal(["id", "temp", "city", "rate"], result.Json["columns"]!.AsArray().Select(c => (string)c!["column"]!));
        Assert.All(result.Json["columns"]!.AsArray(), c => Assert.Equal("ok", (string)c!["verdict"]!));
        Assert.Equal(0.1, (double)Column(result, "rate")["missing"]![0]!);
        Assert.Equal("ok", (string)result.Json["dataset"]!["verdict"]!);
        Assert.Equal("bytes or nested values", NotCompared(result, "list"));
        Assert.Equal("a time: it moves on by itself", NotCompared(result, "at"));
    }

    [Fact]
    public async Task Columns_that_do_not_fit_are_left_out_and_those_without_values_are_not_judged()
    {
        await WriteAsync("before.csv", "code,constant,void,gone,filled", 300, i => $"{i},7,,1,");
        await WriteAsync("now.csv", "code,constant,void,new,filled", 300, i => $"{(i == 299 ? "x7" : $"{i}")},7,,1,{i % 3}");

        var result = await DriftAsync("before.csv", "now.csv", "--json");

        Assert.Equal("number in the baseline, text in the current file", NotCompared(result, "code"));
        Assert.Equal("only in the baseline", NotCompared(result, "gone"));
        Assert.Equal("only in the current file", NotCompared(result, "new"));
        Assert.Equal("ok", (string)Column(result, "constant")["verdict"]!);
        Assert.Equal("insufficient data", (string)Column(result, "void")["verdict"]!);
        Assert.False(Column(result, "void").ContainsKey("psi"));
        Assert.Equal(("number", "drift"), ((string)Column(result, "filled")["type"]!, (string)Column(result, "filled")["verdict"]!));
    }

    [Fact]
    public async Task Too_few_rows_are_no_drift_and_no_ok()
    {
        await WriteAsync("before.csv", "temp", 1000, i => $"{i % 100}");
        await WriteAsync("few.csv", "temp", 20, i => $"{500 + i}");
        await WriteAsync("none.csv", "temp", 0, _ => "");

        var few = await DriftAsync("before.csv", "few.csv");
        var none = await DriftAsync("before.csv", "none.csv", "--json");

        Assert.Equal(0, few.ExitCode);
        Assert.Contains("temp cannot be judged: 20 rows against 1\u00A0000 are worth 19 in a comparison", few.Output, StringComparison.Ordinal);
        Assert.Contains("Insufficient data: no column can be judged", few.Output, StringComparison.Ordinal);
        Assert.Equal((0, "insufficient data", 0), (none.ExitCode, (string)none.Json["dataset"]!["verdict"]!, (int)Column(none, "temp")["m"]!));
    }

    [Fact]
    public async Task The_page_stands_alone_and_takes_nothing_from_the_data_for_markup()
    {
        const string Evil = "<script>alert(1)</script>";
        await WriteAsync("before.csv", $"temp,\"{Evil}\"", 500, i => $"{i % 100},<b>{i % 3}&</b>");
        await WriteAsync("now.csv", $"temp,\"{Evil}\"", 500, i => $"{i % 30},<b>{i % 4}&</b>");

        var result = await DriftAsync("before.csv", "now.csv", "--html", "r.html");

        Assert.True(result.ExitCode == 1, result.Errors);
        var page = await File.ReadAllTextAsync(_folder.File("r.html"), Cancel);
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("http://", page, StringComparison.Ordinal);
        Assert.DoesNotContain("https://", page, StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;", page, StringComparison.Ordinal);
        Assert.Contains("color-scheme: light dark", page, StringComparison.Ordinal);

        // Each drawing is well-formed, has a title and names its axes.
        var drawings = page.Split("<svg ").Skip(1).Select(part => XElement.Parse($"<svg {part[..(part.IndexOf("</svg>", StringComparison.Ordinal) + 6)]}")).ToList();
        Assert.Equal(2, drawings.Count);
        Assert.All(drawings, drawing => Assert.Contains("share of rows", drawing.Elements("text").Select(text => text.Value)));
        Assert.All(drawings, drawing => Assert.Contains("share of rows by bin", drawing.Element("title")!.Value, StringComparison.Ordinal));
        Assert.All(drawings, drawing => Assert.Contains(drawing.Elements("rect"), bar => (string)bar.Attribute("class")! == "now"));
    }

    [Theory]
    [InlineData("nowhere.csv", "There is no file nowhere.csv.")]
    [InlineData(".", ". is a folder. Name one file in it.")]
    [InlineData("zero.csv", "zero.csv is empty: it has not even a header with the names of its columns.")]
    [InlineData("other.csv", "before.csv and other.csv have no column in common that can be compared.")]
    [InlineData("rows.json", "rows.json is of no kind that can be read: its name must end in .csv, .tsv, .csv.gz, .tsv.gz or .parquet.")]
    [InlineData("cut.csv.gz", "cut.csv.gz cannot be unpacked: it is cut off, damaged or no gzip file. Copy it again.")]
    [InlineData("broken.parquet", "broken.parquet cannot be read: ")]
    public async Task A_file_that_cannot_be_used_is_named(string current, string expected)
    {
        await WriteAsync("before.csv", "temp", 100, i => $"{i}");
        await WriteAsync("other.csv", "wind", 100, i => $"{i}");
        await File.WriteAllTextAsync(_folder.File("zero.csv"), "", Cancel);
        await File.WriteAllTextAsync(_folder.File("rows.json"), "[]", Cancel);
        await File.WriteAllTextAsync(_folder.File("broken.parquet"), "PAR1, but nothing else that a file of that kind would have", Cancel);
        await PackAsync("whole.csv.gz", "temp", 5000, i => $"{i * 7919 % 10007}");
        await File.WriteAllBytesAsync(_folder.File("cut.csv.gz"), (await File.ReadAllBytesAsync(_folder.File("whole.csv.gz"), Cancel))[..2000], Cancel);

        var result = await DriftAsync("before.csv", current);

        Assert.Equal(2, result.ExitCode);
        Assert.StartsWith(expected, result.Errors, StringComparison.Ordinal);
        Assert.Empty(result.Output);
    }

    [Fact]
    public async Task A_page_that_cannot_be_written_is_said_before_anything_is_read()
    {
        var result = await DriftAsync("nowhere.csv", "nowhere.csv", "--html", "no/such/folder/r.html");

        Assert.Equal(2, result.ExitCode);
        Assert.StartsWith("--html no/such/folder/r.html is no file that can be written: its folder does not exist.", result.Errors, StringComparison.Ordinal);
    }

    private Task<SlipResult> DriftAsync(params string[] arguments) => Slip.RunAsync(_folder.Path, ["drift", .. arguments], Cancel);

    private static IEnumerable<string> Table(string output) => output.Split('\n').TakeWhile(line => line.Length > 0);

    private static JsonObject Column(SlipResult result, string name) =>
        result.Json["columns"]!.AsArray().Single(column => (string)column!["column"]! == name)!.AsObject();

    private static string NotCompared(SlipResult result, string name) =>
        (string)result.Json["dataset"]!["notCompared"]!.AsArray().Single(column => (string)column!["column"]! == name)!["reason"]!;

    private Task WriteAsync(string name, string header, int rows, Func<int, string> row) => File.WriteAllTextAsync(_folder.File(name), Csv(header, rows, row), Cancel);

    private async Task PackAsync(string name, string header, int rows, Func<int, string> row)
    {
        await using var packed = new GZipStream(File.Create(_folder.File(name)), CompressionLevel.Fastest);
        await packed.WriteAsync(Encoding.UTF8.GetBytes(Csv(header, rows, row)), Cancel);
    }

    private static string Csv(string header, int rows, Func<int, string> row)
    {
        var text = new StringBuilder(header).Append('\n');
        for (var i = 0; i < rows; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"{row(i)}\n");
        }

        return text.ToString();
    }
}
