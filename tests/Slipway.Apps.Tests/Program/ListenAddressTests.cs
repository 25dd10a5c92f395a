using System.Net;
using Microsoft.Extensions.Logging;
using Slipway.Core.Errors;
using Slipway.Server;

namespace Slipway.Apps.Tests.Program;

public sealed class ListenAddressTests
{
    [Theory]
    [InlineData("5080")]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    [InlineData("::1:5080")]
    [InlineData("5080:80")]
    [InlineData("localhost:5080")]
    public void An_address_without_all_its_parts_is_refused_and_not_guessed_at(string text)
    {
        var refused = Assert.Throws<SlipwayException>(() => Read(("http", text)));

        Assert.Contains(refused.Details, detail => detail.Contains($"'{text}' is not ADDRESS:PORT", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("127.0.0.1:0")]
    [InlineData("[::1]:5080")]
    public void An_address_with_its_port_is_taken(string text) => Assert.Equal(IPEndPoint.Parse(text), Read(("http", text)).Http);

    [Fact]
    public void A_folder_in_the_environment_may_have_a_comma_in_its_name()
    {
        var environment = new Dictionary<string, string> { ["SLIPWAY__DATA"] = "/srv/a, b", ["SLIPWAY__HOSTS"] = "one, two" };

        var settings = SettingsReader.Read(Path.GetTempPath(), environment, new Dictionary<string, string?>());

        Assert.Equal("/srv/a, b", settings.Data);
        Assert.Equal(["one", "two"], settings.Hosts);
    }

    [Fact]
    public async Task An_address_of_another_machine_is_named()
    {
        var folder = Directory.CreateTempSubdirectory("slipway-listen-").FullName;

        // From the block that is reserved for documentation: no machine has it.
        var settings = Read(("http", "192.0.2.1:0"), ("grpc", "127.0.0.1:0"), ("insecure", "true"), ("data", Path.Combine(folder, "data")));
        var refused = await Assert.ThrowsAsync<SlipwayException>(() => SlipwayServer.StartAsync(settings, LogLevel.Warning, TestContext.Current.CancellationToken));

        Assert.Equal(ErrorKind.InvalidInput, refused.Kind);
        Assert.Contains("192.0.2.1:0", refused.Message, StringComparison.Ordinal);
        Directory.Delete(folder, recursive: true);
    }

    private static ServerSettings Read(params (string Key, string Value)[] flags) =>
        SettingsReader.Read(Path.GetTempPath(), new Dictionary<string, string>(), flags.ToDictionary(flag => flag.Key, string? (flag) => flag.Value));
}
