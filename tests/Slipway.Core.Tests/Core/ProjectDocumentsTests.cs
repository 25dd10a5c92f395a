using System.Text.RegularExpressions;
using Slipway.Core.Projects;

namespace Slipway.Core.Tests.Core;

/// <summary>What a reader copies from the documents and samples works as it stands.</summary>
public sealed partial class ProjectDocumentsTests
{
    public static TheoryData<string> Samples =>
        [.. Directory.EnumerateFiles(Repository.File("samples"), ProjectFile.DefaultName, SearchOption.AllDirectories).Select(f => Path.GetRelativePath(Repository.Root, f))];

    public static TheoryData<string, string> Examples
    {
        get
        {
            var examples = new TheoryData<string, string>();
            foreach (var document in Directory.EnumerateFiles(Repository.File("docs"), "*.md", SearchOption.AllDirectories).Append(Repository.File("README.md")).Where(File.Exists))
            {
                foreach (Match block in YamlBlock().Matches(File.ReadAllText(document)))
                {
                    examples.Add(Path.GetRelativePath(Repository.Root, document), block.Groups["yaml"].Value);
                }
            }

            return examples;
        }
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void A_sample_is_right_and_asks_for_nothing_that_is_not_available(string file) =>
        Assert.Empty(ProjectFile.Parse(File.ReadAllText(Repository.File(file)), file).NotAvailable);

    [Theory]
    [MemberData(nameof(Examples))]
    public void A_whole_project_in_a_document_is_right_and_asks_for_nothing_that_is_not_available(string document, string yaml) =>
        Assert.Empty(ProjectFile.Parse(yaml, document).NotAvailable);

    [GeneratedRegex(@"^```yaml\n(?<yaml>model:.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex YamlBlock();
}
