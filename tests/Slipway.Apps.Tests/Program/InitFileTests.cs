using Slipway.Commands;
using Slipway.Core.Projects;

namespace Slipway.Apps.Tests.Program;

public sealed class InitFileTests
{
    [Theory]
    [InlineData("sales #1: it's.csv", "null")]
    [InlineData("data/a.csv", "1")]
    [InlineData("a.csv", "the price's")]
    public void Whatever_files_and_columns_are_called_init_writes_what_apply_reads(string file, string label)
    {
        var config = ProjectFile.Parse(InitCommand.Write("model", file, label, time: "true"), "slipway.yaml");

        Assert.Equal($"select * from '{file.Replace("'", "''", StringComparison.Ordinal)}'", config.Data!.Sql.Trim());
        Assert.Equal(label, config.Data.Label);
        Assert.Equal("true", config.Data.Time);
    }
}
