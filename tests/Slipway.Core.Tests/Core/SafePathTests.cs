using CsCheck;
using Slipway.Core.Errors;
using Slipway.Core.Files;

namespace Slipway.Core.Tests.Core;

public sealed class SafePathTests : IDisposable
{
    private readonly string _base = Directory.CreateTempSubdirectory("slipway-path-").FullName;
    private readonly string _root;

    public SafePathTests()
    {
        _root = Directory.CreateDirectory(Path.Combine(_base, "root")).FullName;
        Directory.CreateDirectory(Path.Combine(_root, "data", "deep"));
        Directory.CreateDirectory(Path.Combine(_base, "root-beside"));
        File.WriteAllText(Path.Combine(_base, "secret.txt"), "secret");
        File.WriteAllText(Path.Combine(_root, "data", "rows.csv"), "a,b");
    }

    public void Dispose() => Directory.Delete(_base, recursive: true);

    [Theory]
    [InlineData("data/rows.csv", "data/rows.csv")]
    [InlineData("./data//rows.csv", "data/rows.csv")]
    [InlineData("data/", "data")]
    [InlineData(".", "")]
    [InlineData("not/yet/there.bin", "not/yet/there.bin")]
    [InlineData("data/two%20words.csv", "data/two words.csv")]
    [InlineData("data/100%.csv", "data/100%.csv")]
    [InlineData("data/f%C3%BCnf.csv", "data/fünf.csv")]
    [InlineData(".hidden/..two..dots..x", ".hidden/..two..dots..x")]
    [InlineData("model@1.0.0+build,1 (copy).onnx", "model@1.0.0+build,1 (copy).onnx")]
    public void A_plain_path_is_taken(string path, string expected) =>
        Assert.Equal(Path.TrimEndingDirectorySeparator(Path.Combine(_root, expected)), SafePath.Resolve(_root, path, "artifact"));

    [Theory]
    [InlineData("..")]
    [InlineData("../secret.txt")]
    [InlineData("data/../../secret.txt")]
    [InlineData("data/../rows.csv")]
    [InlineData("..\\secret.txt")]
    [InlineData("\\..\\secret.txt")]
    [InlineData("data\\..\\..\\secret.txt")]
    [InlineData("%2e%2e/secret.txt")]
    [InlineData("%2E%2E%2Fsecret.txt")]
    [InlineData("..%2fsecret.txt")]
    [InlineData("..%5csecret.txt")]
    [InlineData("%252e%252e/secret.txt")]
    [InlineData("%25252e%25252e%25252fsecret.txt")]
    [InlineData("%%32e%%32e/secret.txt")]
    [InlineData("%c0%ae%c0%ae/secret.txt")]
    [InlineData("data/%ff.csv")]
    [InlineData(".../secret.txt")]
    [InlineData(".. /secret.txt")]
    [InlineData(". ./secret.txt")]
    [InlineData("file:///etc/passwd")]
    [InlineData("file:secret.txt")]
    [InlineData("FILE:/etc/passwd")]
    [InlineData("file%3a/etc/passwd")]
    [InlineData("s3://bucket/key")]
    [InlineData("https://example.org/model.onnx")]
    [InlineData("data/rows.csv?/../../secret.txt")]
    [InlineData("data%3f/rows.csv")]
    [InlineData("data#/../../secret.txt")]
    [InlineData("#/../secret.txt")]
    [InlineData("data;/../secret.txt")]
    [InlineData("..;/secret.txt")]
    [InlineData("/etc/passwd")]
    [InlineData("%2fetc/passwd")]
    [InlineData("//server/share/file")]
    [InlineData("\\\\server\\share\\file")]
    [InlineData("\\\\?\\C:\\file")]
    [InlineData("C:\\Windows\\win.ini")]
    [InlineData("C:/Windows/win.ini")]
    [InlineData("c:file.txt")]
    [InlineData("data/rows.csv\0.png")]
    [InlineData("data/rows.csv%00.png")]
    [InlineData("data/\nrows.csv")]
    [InlineData("data/%0d%0arows.csv")]
    [InlineData("data/\u001b[31mrows.csv")]
    [InlineData("data/\u0085rows.csv")]
    [InlineData("")]
    [InlineData("  ")]
    public void A_path_that_has_led_out_of_other_servers_is_refused(string path)
    {
        var error = Assert.Throws<SlipwayException>(() => SafePath.Resolve(_root, path, "artifact"));

        Assert.Equal(ErrorKind.InvalidInput, error.Kind);
        Assert.StartsWith("The artifact '", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(error.Message, char.IsControl);
    }

    [Fact]
    public void Overlong_paths_and_names_are_refused_with_a_short_message()
    {
        var name = Assert.Throws<SlipwayException>(() => SafePath.Resolve(_root, new string('ü', 128), "file"));
        var path = Assert.Throws<SlipwayException>(() => SafePath.Resolve(_root, string.Join('/', Enumerable.Repeat("abc", 2000)), "file"));

        Assert.Contains("255 bytes", name.Message, StringComparison.Ordinal);
        Assert.Contains("4096 characters", path.Message, StringComparison.Ordinal);
        Assert.True(path.Message.Length < 300);
        Assert.EndsWith(new string('a', 255), SafePath.Resolve(_root, new string('a', 255), "file"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("out", "..")]
    [InlineData("out", "../secret.txt")]
    [InlineData("out", "../root-beside")]
    [InlineData("data/out", "../../root-beside")]
    [InlineData("out", "/etc")]
    [InlineData("out", "data/../../secret.txt")]
    [InlineData("dangling", "../not-there")]
    public void A_link_that_leads_out_is_refused(string link, string target)
    {
        Link(link, target);

        Refused(link);
        Refused(link + "/passwd");
    }

    // Not among the cases above: an attribute's text cannot carry half a surrogate pair.
    [Fact]
    public void Half_a_surrogate_pair_is_refused() => Refused("data/\ud800.csv");

    [Fact]
    public void A_chain_of_links_is_followed_to_its_end()
    {
        Link("one", "two");
        Link("two", "data/three");
        Link("data/three", "deep/four");
        Link("data/deep/four", "../rows.csv");
        Assert.Equal(Path.Combine(_root, "data", "rows.csv"), SafePath.Resolve(_root, "one", "file"));

        Link("a", "b");
        Link("b", "data/c");
        Link("data/c", "../../secret.txt");
        Refused("a");
    }

    [Fact]
    public void A_link_out_of_which_a_second_one_leads_back_in_is_taken_by_where_it_ends()
    {
        File.CreateSymbolicLink(Path.Combine(_base, "root-beside", "back"), Path.Combine(_root, "data"));
        Link("detour", "../root-beside/back");

        Assert.Equal(Path.Combine(_root, "data", "rows.csv"), SafePath.Resolve(_root, "detour/rows.csv", "file"));
    }

    [Fact]
    public void A_link_inside_the_root_is_resolved_even_when_it_is_absolute()
    {
        Link("latest", Path.Combine(_root, "data"));
        Link("rows", "data/rows.csv");

        Assert.Equal(Path.Combine(_root, "data", "rows.csv"), SafePath.Resolve(_root, "latest/rows.csv", "file"));
        Assert.Equal(Path.Combine(_root, "data", "rows.csv"), SafePath.Resolve(_root, "rows", "file"));
    }

    [Fact]
    public void A_loop_of_links_is_refused()
    {
        Link("ping", "pong");
        Link("pong", "ping");

        Refused("ping");
    }

    [Fact]
    public void A_root_that_is_a_link_keeps_its_name_in_the_result()
    {
        var alias = Path.Combine(_base, "alias");
        Directory.CreateSymbolicLink(alias, _root);
        Link("out", "../secret.txt");
        Link("latest", "data");

        Assert.Equal(Path.Combine(alias, "data", "rows.csv"), SafePath.Resolve(alias, "latest/rows.csv", "file"));
        Assert.Throws<SlipwayException>(() => SafePath.Resolve(alias, "out", "file"));
    }

    [Fact]
    public void A_root_may_be_relative_or_end_in_a_slash()
    {
        var relative = Path.GetRelativePath(Environment.CurrentDirectory, _root);

        Assert.Equal(Path.Combine(_root, "x"), SafePath.Resolve(relative, "x", "file"));
        Assert.Equal(Path.Combine(_root, "x"), SafePath.Resolve(_root + "/", "x", "file"));
        Assert.Equal("/etc", SafePath.Resolve("/", "etc", "file"));
    }

    [Fact]
    public void Whatever_goes_in_the_result_is_inside_the_root_or_it_is_refused()
    {
        Link("out", "../secret.txt");
        Link("up", "..");
        Link("etc", "/etc");
        Link("in", "data/deep");
        Link("loop", "loop");
        var piece = Gen.OneOf(
            Gen.OneOf(
                "..", ".", "/", "\\", "%2e", "%2E%2e", "%252e", "%2f", "%5c", "%00", "%", "%25", "file:", "C:", "?", "#", ";", " ", "~", "$HOME",
                "data", "deep", "rows.csv", "out", "up", "etc", "in", "loop", "passwd", "root", "..root", "．．", "∕", "\u202e"),
            Gen.String[1, 4]);

        Gen.Select(piece.Array[0, 9], Gen.Bool).Sample((pieces, slashes) =>
        {
            string resolved;
            try
            {
                resolved = SafePath.Resolve(_root, string.Join(slashes ? "/" : "", pieces), "file");
            }
            catch (SlipwayException e)
            {
                return e.Kind == ErrorKind.InvalidInput;
            }

            return (resolved == _root || resolved.StartsWith(_root + "/", StringComparison.Ordinal))
                && Path.GetFullPath(resolved) == resolved
                && NoLinkIn(resolved);
        }, iter: 20_000);
    }

    private bool NoLinkIn(string path)
    {
        for (var part = path; part.Length > _root.Length; part = Path.GetDirectoryName(part)!)
        {
            if (new FileInfo(part).LinkTarget is not null)
            {
                return false;
            }
        }

        return true;
    }

    private void Link(string link, string target) => File.CreateSymbolicLink(Path.Combine(_root, link), target);

    private void Refused(string path) =>
        Assert.Equal(ErrorKind.InvalidInput, Assert.Throws<SlipwayException>(() => SafePath.Resolve(_root, path, "file")).Kind);
}
