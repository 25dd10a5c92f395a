using CsCheck;
using Slipway.Core.Errors;
using Slipway.Core.Projects;

namespace Slipway.Core.Tests.Core;

/// <summary>Files made to hurt: each ends in an ordinary error, soon.</summary>
public sealed class ProjectBoundsTests
{
    public static TheoryData<string> Hostile => new(
        new string('[', 1_000_000),
        new string('{', 1_000_000),
        string.Concat(Enumerable.Repeat("- ", 500_000)),
        string.Concat(Enumerable.Repeat("? ", 500_000)),
        string.Concat(Enumerable.Repeat("a:\n", 300_000)),
        string.Concat(Enumerable.Range(0, 500).Select(i => new string(' ', i) + "a:\n")),
        "data: [" + string.Concat(Enumerable.Repeat("1,", 500_000)) + "]",
        string.Concat(Enumerable.Range(0, 100_000).Select(i => $"k{i}: 1\n")),
        string.Concat(Enumerable.Repeat("---\n", 250_000)),
        string.Concat(Enumerable.Repeat("\"\" ", 300_000)),
        "model: " + new string('x', 1_000_000),
        new string('x', 1_000_000) + ": 1",
        new string('\t', 1_000_000),
        new string('!', 1_000_000),
        new string('%', 1_000_000),
        new string('&', 1_000_000),
        new string('\n', 1_000_000) + "\tx",
        "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: [*d,*d,*d,*d,*d,*d,*d,*d,*d]\n");

    [Theory]
    [MemberData(nameof(Hostile))]
    public void A_hostile_file_is_an_ordinary_error(string text)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();

        var error = Assert.Throws<SlipwayException>(() => ProjectFile.Parse(text, "slipway.yaml"));

        // Generous: the point is that memory does not grow out of bounds.
        Assert.Equal(ErrorKind.InvalidInput, error.Kind);
        Assert.All(error.Details, d => Assert.InRange(d.Length, 1, 1500));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 200_000_000);
    }

    [Fact]
    public void Ten_megabytes_are_refused_by_their_size()
    {
        var error = Assert.Throws<SlipwayException>(() => ProjectFile.Parse(new string('[', 10_000_000), "slipway.yaml"));

        Assert.Equal(ErrorKind.TooLarge, error.Kind);
        Assert.Contains("1 MiB", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void However_a_file_is_damaged_it_is_read_or_refused_with_places_that_exist()
    {
        var pieces = Gen.OneOf(
            "\n", "\t", " ", "  ", ":", ": ", "- ", "? ", "[", "]", "{", "}", "\"", "'", "#", "&a ", "*a", "!!int ", "<<: ", "|", ">", "%", "@", "---\n", "...\n",
            "~", "null", "\0", "\u0085", "\u2028", "\ufeff", "\ud800", "5 m", "-1", "1e999", "NaN", "model: x\n", "a: b\n", "..", ",");
        var edit = Gen.Select(Gen.Int[0, 100_000], Gen.Int[0, 12], Gen.OneOf(pieces, Gen.String[0, 3]));

        Gen.Select(Gen.OneOf(ProjectExamples.Complete, ProjectExamples.Available, ProjectExamples.Income, ProjectExamples.Finished), edit.Array[1, 4]).Sample((text, edits) =>
        {
            foreach (var (at, cut, insert) in edits)
            {
                var start = at % (text.Length + 1);
                text = text[..start] + insert + text[Math.Min(text.Length, start + cut)..];
            }

            try
            {
                return ProjectFile.Parse(text, "f").Model.Length > 0;
            }
            catch (SlipwayException e) when (e.Kind == ErrorKind.InvalidInput)
            {
                return e.Details.Count > 0 && e.Details.All(d => d.StartsWith("f(", StringComparison.Ordinal) && !d.Contains("(0,", StringComparison.Ordinal));
            }
        }, iter: 5_000);
    }
}
