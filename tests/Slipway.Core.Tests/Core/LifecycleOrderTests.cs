using System.Xml.Linq;

namespace Slipway.Core.Tests.Core;

/// <summary>The tree tells the lifecycle: a module may use its own stage and those before it.</summary>
public sealed class LifecycleOrderTests
{
    private static readonly string[] Stages = ["core", "data", "develop", "release", "serve", "watch", "adapters", "apps"];

    public static TheoryData<string> Projects =>
        [.. Directory.EnumerateFiles(Repository.File("src"), "*.csproj", SearchOption.AllDirectories).Select(p => Path.GetRelativePath(Repository.Root, p)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_references_only_its_own_or_an_earlier_stage(string project) =>
        Assert.Empty(Violations(project, References(project)));

    [Fact]
    public void The_rule_sees_the_projects() => Assert.True(Projects.Count >= 14, $"Only {Projects.Count} projects were found under src.");

    [Theory]
    [InlineData("src/core/Slipway.Core/Slipway.Core.csproj", "src/serve/Slipway.Serving/Slipway.Serving.csproj")]
    [InlineData("src/data/Slipway.Datasets/Slipway.Datasets.csproj", "src/develop/Slipway.Training/Slipway.Training.csproj")]
    [InlineData("src/release/Slipway.Rollouts/Slipway.Rollouts.csproj", "src/watch/Slipway.Monitoring/Slipway.Monitoring.csproj")]
    [InlineData("src/watch/Slipway.Retraining/Slipway.Retraining.csproj", "src/apps/Slipway/Slipway.csproj")]
    [InlineData("src/core/Slipway.Storage/Slipway.Storage.csproj", "src/adapters/Slipway.S3/Slipway.S3.csproj")]
    [InlineData("src/adapters/Slipway.Redis/Slipway.Redis.csproj", "src/adapters/Slipway.S3/Slipway.S3.csproj")]
    [InlineData("src/core/Slipway.Core/Slipway.Core.csproj", "bench/Slipway.Benchmarks/Slipway.Benchmarks.csproj")]
    [InlineData("src/core/Slipway.Core/Slipway.Core.csproj", "src/other/Slipway.Other/Slipway.Other.csproj")]
    public void A_reference_forward_is_a_violation(string project, string reference) => Assert.Single(Violations(project, [reference]));

    [Theory]
    [InlineData("src/core/Slipway.Storage/Slipway.Storage.csproj", "src/core/Slipway.Core/Slipway.Core.csproj")]
    [InlineData("src/watch/Slipway.Retraining/Slipway.Retraining.csproj", "src/release/Slipway.Rollouts/Slipway.Rollouts.csproj")]
    [InlineData("src/adapters/Slipway.S3/Slipway.S3.csproj", "src/core/Slipway.Storage/Slipway.Storage.csproj")]
    [InlineData("src/apps/Slipway/Slipway.csproj", "src/adapters/Slipway.S3/Slipway.S3.csproj")]
    [InlineData("src/apps/Slipway/Slipway.csproj", "src/apps/Slipway.Console/Slipway.Console.csproj")]
    public void A_reference_back_or_beside_is_none(string project, string reference) => Assert.Empty(Violations(project, [reference]));

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_module_says_what_it_is_for(string project) =>
        Assert.True(File.Exists(Repository.File(Path.Combine(Path.GetDirectoryName(project)!, "README.md"))), $"{Path.GetDirectoryName(project)} has no README.md.");

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_is_named_after_its_folder(string project) =>
        Assert.Equal(Path.GetFileName(Path.GetDirectoryName(project)), Path.GetFileNameWithoutExtension(project));

    /// <summary>The references of a project that break the order, each as a sentence.</summary>
    private static IEnumerable<string> Violations(string project, IEnumerable<string> references)
    {
        var own = Stage(project);
        foreach (var reference in references)
        {
            var other = Stage(reference);

            // Adapters stand behind the stages whose seams they fill, and only the programs plug them in: not even another adapter knows one.
            var forward = other < 0 || other > own;
            var adapter = other == Array.IndexOf(Stages, "adapters") && own != Array.IndexOf(Stages, "apps");
            if (forward || adapter)
            {
                yield return $"{project} references {reference}, which is {(adapter ? "an adapter, known to apps only" : "in a later stage or in none")}.";
            }
        }
    }

    private static int Stage(string project)
    {
        var parts = project.Split('/', '\\');
        return parts is ["src", var stage, ..] ? Array.IndexOf(Stages, stage) : -1;
    }

    private static IEnumerable<string> References(string project)
    {
        var folder = Path.GetDirectoryName(Repository.File(project))!;
        return XDocument.Load(Repository.File(project)).Descendants("ProjectReference").Select(r => Path.GetRelativePath(
            Repository.Root,
            Path.GetFullPath(((string)r.Attribute("Include")!).Replace('\\', '/').Replace("$(RepositoryRoot)", Repository.Root + "/", StringComparison.Ordinal), folder)));
    }
}
