using System.Net.Http.Json;

using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Slipway.Core.Errors;
using Slipway.Core.Names;
using Slipway.Registry;
using Slipway.Registry.Cards;

namespace Slipway.Release.Tests.Registry.Cards;

/// <summary>Cards over HTTP and in the store, on whichever database the tests run.</summary>
public sealed class CardTests(ReleaseFixture fixture)
{
    private readonly ReleaseHost _host = fixture.Host;
    private readonly string _model = $"card-{Guid.NewGuid():N}";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private IModelCards Cards => _host.Get<IModelCards>();

    [Fact]
    public async Task A_card_tells_what_is_known_and_says_what_is_missing()
    {
        var version = await ValidatedAsync();
        await _host.Approvals.ApproveAsync(version.Reference, ReleaseHost.Approver(ReleaseHost.Bob), "looked at the plots", Cancel);
        await _host.DeployAsync($"{_model}-live", version.Reference, Cancel);

        var (status, card) = await _host.GetAsync(Path(version), Cancel);

        Assert.Equal((200, "1.0.0", "approved"), (status, card.GetProperty("version").GetString(), card.GetProperty("state").GetString()));
        Assert.False(card.GetProperty("written").GetProperty("complete").GetBoolean());
        Assert.Equal(4, card.GetProperty("written").GetProperty("lacking").GetArrayLength());
        Assert.Equal("first version", Fact(card, "version", "Why this version"));
        Assert.Equal("constant", Fact(card, "recipe", "algorithm"));
        Assert.Equal("abc123", Fact(card, "recipe", "Commit"));
        Assert.Equal(41.5, Rows(card, "metrics", 0).Single(row => row[0].GetString() == "rmse")[1].GetDouble());
        Assert.Equal(["workingday=1", "7", "40.1"], Rows(card, "metrics", 1)[0].Select(cell => cell.ToString()));
        Assert.Equal(["performance.rmse", "pass", "<= 60", "41.5", "39", "44", "500"], Rows(card, "gates", 0).Single(row => row[0].GetString() == "performance.rmse").Select(cell => cell.ToString()));
        Assert.Contains("is worse for red", Text(Section(card, "fairness").GetProperty("notes")[0]), StringComparison.Ordinal);
        Assert.Contains("Nothing was judged", Text(Section(card, "robustness").GetProperty("notes")[0]), StringComparison.Ordinal);
        Assert.Contains(Section(card, "limits").GetProperty("notes").EnumerateArray(), note => Text(note).Contains("workingday=1 (7)", StringComparison.Ordinal));
        Assert.Equal(["Version registered alice", "Version validated alice", "Version approved bob"], Rows(card, "decisions", 0).Select(row => $"{row[1]} {row[2]}"));
        Assert.Equal("looked at the plots", Rows(card, "decisions", 0)[2][3].GetString());
        Assert.Equal([$"{_model}-live", "stable", "100 %"], Rows(card, "deployments", 0)[0].Take(3).Select(cell => cell.GetString()));
    }

    [Fact]
    public async Task What_is_written_is_kept_with_who_and_when_and_each_part_is_an_event()
    {
        var version = await _host.RegisterAsync(_model, "1", Cancel);

        var (status, first, tag) = await PutAsync(version, new { intendedUse = "Vans.\r\n", limitations = "Snow." });
        var (_, second, _) = await PutAsync(version, new { limitations = "Snow and ice." }, "\"1\"");

        Assert.Equal((200, 1, "\"1\""), (status, first.GetProperty("revision").GetInt32(), tag));
        Assert.Equal(2, second.GetProperty("revision").GetInt32());
        Assert.Equal(("written", "Vans.", "local"), (Text(Part(second, "intendedUse"), "status"), Text(Part(second, "intendedUse"), "text"), Text(Part(second, "intendedUse"), "by")));
        Assert.Equal("Snow and ice.", Text(Part(second, "limitations"), "text"));
        Assert.Equal(["outOfScope", "ethics"], second.GetProperty("lacking").EnumerateArray().Select(Text));

        var events = (await _host.Events.ReadSubjectAsync($"model/{version.Reference}", 10, Cancel)).Where(e => e.Type == nameof(CardEdited)).Select(e => JsonElement.Parse(e.Data)).ToList();
        Assert.Equal(["1 intendedUse Vans.", "1 limitations Snow.", "2 limitations Snow and ice."], events.Select(e => $"{e.GetProperty("revision")} {Text(e, "part")} {Text(e, "text")}"));
    }

    [Fact]
    public async Task Writing_the_same_again_changes_nothing_and_an_empty_text_takes_a_part_out()
    {
        var version = await _host.RegisterAsync(_model, "1", Cancel);
        await PutAsync(version, new { ethics = "None." });

        var (_, same, _) = await PutAsync(version, new { ethics = " None. " });
        var (_, gone, _) = await PutAsync(version, new { ethics = "" });

        Assert.Equal(1, same.GetProperty("revision").GetInt32());
        Assert.Equal((2, "missing"), (gone.GetProperty("revision").GetInt32(), Text(Part(gone, "ethics"), "status")));
        Assert.Equal(2, (await _host.Events.ReadSubjectAsync($"model/{version.Reference}", 10, Cancel)).Count(e => e.Type == nameof(CardEdited)));
    }

    [Fact]
    public async Task Whoever_writes_by_what_is_no_longer_there_is_told_who_was_faster()
    {
        var version = await _host.RegisterAsync(_model, "1", Cancel);
        await Cards.EditAsync(version.Reference, new CardEdit(Ethics: "First."), ReleaseHost.Bob, Cancel);

        var (status, body, _) = await PutAsync(version, new { ethics = "Second." }, "\"0\"");
        var (badTag, _, _) = await PutAsync(version, new { ethics = "Second." }, "\"newest\"");

        Assert.Equal(409, status);
        Assert.Equal($"The card of {version.Reference} is at revision 1 by bob, and yours was made for 0. Read it again and write by what it says now.", Text(body, "detail"));
        Assert.Equal(400, badTag);
        Assert.Equal("First.", (await Cards.GetWrittenAsync(version.Reference, Cancel))["ethics"].Text);
    }

    [Fact]
    public async Task Of_many_edits_of_one_revision_at_once_one_wins_and_without_a_revision_none_is_lost()
    {
        var version = await _host.RegisterAsync(_model, "1", Cancel);

        var bound = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() => TryAsync(new CardEdit(Ethics: $"Text {i}.", Revision: 0)), Cancel)));
        await Task.WhenAll(
            Task.Run(() => Cards.EditAsync(version.Reference, new CardEdit(IntendedUse: "a"), ReleaseHost.Alice, Cancel), Cancel),
            Task.Run(() => Cards.EditAsync(version.Reference, new CardEdit(OutOfScope: "b"), ReleaseHost.Alice, Cancel), Cancel),
            Task.Run(() => Cards.EditAsync(version.Reference, new CardEdit(Limitations: "c"), ReleaseHost.Alice, Cancel), Cancel));

        Assert.Single(bound, won => won);
        var card = await Cards.GetWrittenAsync(version.Reference, Cancel);
        Assert.Equal((4, true, "a", "b", "c"), (card.Revision, card.Complete, card["intendedUse"].Text, card["outOfScope"].Text, card["limitations"].Text));
        Assert.True(await Cards.IsCompleteAsync(version.Reference, Cancel));

        async Task<bool> TryAsync(CardEdit edit)
        {
            try
            {
                await Cards.EditAsync(version.Reference, edit, ReleaseHost.Alice, Cancel);
                return true;
            }
            catch (SlipwayException e) when (e.Kind == ErrorKind.Conflict)
            {
                return false;
            }
        }
    }

    [Fact]
    public async Task A_new_version_begins_with_the_formers_text_until_it_is_confirmed_or_written_anew()
    {
        var first = await _host.RegisterAsync(_model, "1", Cancel);
        await Cards.EditAsync(first.Reference, new CardEdit("Use.", "Not.", "Weak.", "Harm."), ReleaseHost.Alice, Cancel);
        var patch = await _host.RegisterAsync(_model, "2", Cancel);
        var minor = (await _host.Registry.RegisterAsync(Recipe(await _host.DescribeAsync(_model, "3", Cancel)), ReleaseHost.Alice, Cancel)).Version;
        await Cards.EditAsync(first.Reference, new CardEdit(Limitations: "Weak, as was found out later."), ReleaseHost.Alice, Cancel);

        Assert.True(await Cards.IsCompleteAsync(patch.Reference, Cancel));
        Assert.False(await Cards.IsCompleteAsync(minor.Reference, Cancel));
        var taken = await Cards.GetWrittenAsync(minor.Reference, Cancel);
        Assert.All(taken.Parts, part => Assert.Equal((PartStatus.TakenOver, first.Version), (part.Status, part.TakenFrom!.Value)));
        Assert.Equal("Weak.", taken["limitations"].Text);

        await PutAsync(minor, new { limitations = "Weak elsewhere." });
        var (_, confirmed, _) = await PutAsync(minor, new { confirm = true });

        Assert.True(confirmed.GetProperty("complete").GetBoolean());
        Assert.Equal(("written", "1.0.0", "local"), (Text(Part(confirmed, "ethics"), "status"), Text(Part(confirmed, "ethics"), "takenFrom"), Text(Part(confirmed, "ethics"), "by")));
        Assert.Equal("Weak elsewhere.", Text(Part(confirmed, "limitations"), "text"));
        Assert.Equal("1.1.0", minor.Version.ToString());
    }

    [Theory]
    [InlineData("markdown", "text/markdown")]
    [InlineData("html", "text/html")]
    public async Task A_document_has_everything_and_runs_nothing_that_somebody_wrote(string format, string type)
    {
        var version = await ValidatedAsync("<script>alert(1)</script>|");
        await Cards.EditAsync(
            version.Reference,
            new CardEdit(
                IntendedUse: "**Vans** and a <script>alert(2)</script>",
                OutOfScope: "[click](javascript:alert(3)) <javascript:alert(4)> [web](https://example.org) ![pixel](https://example.org/p.png)",
                Limitations: "| a | b |\n|---|---|\n| 1 | 2 |"),
            ReleaseHost.Alice,
            Cancel);

        using var response = await _host.Http.GetAsync(new Uri($"{Path(version)}?format={format}", UriKind.Relative), Cancel);
        var text = await response.Content.ReadAsStringAsync(Cancel);

        Assert.Equal(type, response.Content.Headers.ContentType!.MediaType);
        Assert.Equal("\"1\"", response.Headers.ETag!.Tag);
        Assert.Contains("workingday=1", text, StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;alert(1)", text.Replace("&lt;script>", "&lt;script&gt;", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain("<script>alert(1)", text, StringComparison.Ordinal);
        Assert.Contains("slipway card", text, StringComparison.Ordinal);
        if (format == "html")
        {
            Assert.DoesNotContain("<script", text, StringComparison.Ordinal);
            Assert.DoesNotContain("href=\"javascript", text, StringComparison.Ordinal);
            Assert.DoesNotContain("<img", text, StringComparison.Ordinal);
            Assert.Contains("<strong>Vans</strong>", text, StringComparison.Ordinal);
            Assert.Contains("<a href=\"https://example.org\">web</a>", text, StringComparison.Ordinal);
            Assert.Contains("<td>1</td>", text, StringComparison.Ordinal);
            Assert.Contains("default-src 'none'", text, StringComparison.Ordinal);
        }
        else
        {
            Assert.Contains("| workingday=1 |    7 | 40.1 |", text, StringComparison.Ordinal);
            Assert.Contains("## Intended use\n\n**Vans**", text, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("9.9.9", "", 404, "has no version 9.9.9")]
    [InlineData("1.0", "", 400, "'1.0' is not a version")]
    [InlineData("1.0.0", "?format=pdf", 400, "'pdf' is no format of a card")]
    public async Task A_card_that_there_is_not_is_refused(string version, string query, int expected, string sentence)
    {
        await _host.RegisterAsync(_model, "1", Cancel);

        var (status, body) = await _host.GetAsync($"/api/v1/models/{_model}/versions/{version}/card{query}", Cancel);

        Assert.Equal(expected, status);
        Assert.Contains(sentence, Text(body, "detail"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_written_is_refused_and_nothing_of_it_is_kept()
    {
        var version = await _host.RegisterAsync(_model, "1", Cancel);

        var (tooLong, longer, _) = await PutAsync(version, new { ethics = "fine", limitations = new string('x', 4001) });
        var (zero, _, _) = await PutAsync(version, new { ethics = "a\0b" });
        var (unknown, named, _) = await PutAsync(version, new { limitation = "typo" });
        var (missing, _, _) = await PutAsync(version with { Version = new SemanticVersion(7, 0, 0) }, new { ethics = "fine" });
        using var content = new ByteArrayContent([.. "{\"ethics\":\""u8, 0xff, 0xfe, .. "\"}"u8]);
        content.Headers.ContentType = new("application/json");
        var notUtf8 = await Assert.ThrowsAsync<BadHttpRequestException>(() => _host.Http.PutAsync(new Uri(Path(version), UriKind.Relative), content, Cancel));

        Assert.Equal((413, 400, 400, 404, 400), (tooLong, zero, unknown, missing, notUtf8.StatusCode));
        Assert.Equal("The card's part limitations has 4,001 characters, and at most 4,000 are kept. Shorten it, or link to the longer text.", Text(longer, "detail"));
        Assert.Equal("A card has no part 'limitation'. Its parts are intendedUse, outOfScope, limitations, ethics.", Text(named, "detail"));
        Assert.Equal(0, (await Cards.GetWrittenAsync(version.Reference, Cancel)).Revision);
    }

    [Fact]
    public async Task A_version_without_evidence_or_with_evidence_of_another_shape_has_a_card_all_the_same()
    {
        var draft = await _host.RegisterAsync(_model, "1", Cancel);
        var odd = await _host.RegisterAsync(_model, "2", Cancel);
        await _host.Registry.ValidateAsync(odd.Reference, """{"gates":[7,{"gate":3},{"gate":"x","verdict":"pass","value":"high"}],"segments":{},"metrics":[]}""", ReleaseHost.Alice, Cancel);

        var (_, first) = await _host.GetAsync(Path(draft), Cancel);
        var (_, second) = await _host.GetAsync(Path(odd), Cancel);

        Assert.Equal("The version was never validated.", Text(Section(first, "gates").GetProperty("notes")[0]));
        Assert.Equal("x", Rows(second, "gates", 0).Single()[0].GetString());
    }

    private async Task<ModelVersion> ValidatedAsync(string commit = "abc123")
    {
        var described = await _host.DescribeAsync(_model, "1", Cancel);
        var version = (await _host.Registry.RegisterAsync(described with { Lineage = described.Lineage with { Commit = commit } }, ReleaseHost.Alice, Cancel)).Version;
        return await _host.Registry.ValidateAsync(
            version.Reference,
            """
            {"gates":[{"gate":"performance.rmse","verdict":"pass","limit":"<= 60","value":41.5,"low":39,"high":44,"rows":500,"sentence":"rmse is 41.5."},
                      {"gate":"fairness.parity","verdict":"inconclusive","limit":">= 0.9","sentence":"It is worse for red, or so it seems."}],
             "metrics":{"rmse":41.5},"segments":[{"segment":"workingday=1","rows":7,"metrics":{"rmse":40.1}}]}
            """,
            ReleaseHost.Alice,
            Cancel);
    }

    private static NewModelVersion Recipe(NewModelVersion version) => version with { Lineage = version.Lineage with { Recipe = new Dictionary<string, string> { ["algorithm"] = "other" } } };

    private async Task<(int Status, JsonElement Body, string? Tag)> PutAsync(ModelVersion version, object body, string? match = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, Path(version)) { Content = JsonContent.Create(body) };
        if (match is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", match);
        }

        using var response = await _host.Http.SendAsync(request, Cancel);
        return ((int)response.StatusCode, JsonElement.Parse(await response.Content.ReadAsStringAsync(Cancel)), response.Headers.ETag?.Tag);
    }

    private static string Path(ModelVersion version) => $"/api/v1/models/{version.Model}/versions/{version.Version}/card";

    private static JsonElement Section(JsonElement card, string name) => card.GetProperty("sections").EnumerateArray().Single(section => Text(section, "name") == name);

    private static List<JsonElement[]> Rows(JsonElement card, string section, int table) =>
        [.. Section(card, section).GetProperty("tables")[table].GetProperty("rows").EnumerateArray().Select(row => row.EnumerateArray().ToArray())];

    private static string? Fact(JsonElement card, string section, string name) => Section(card, section).GetProperty("facts").EnumerateArray().Single(fact => Text(fact, "name") == name).GetProperty("value").GetString();

    private static JsonElement Part(JsonElement written, string name) => written.GetProperty("parts").EnumerateArray().Single(part => Text(part, "name") == name);

    private static string Text(JsonElement element, string property) => element.GetProperty(property).GetString()!;

    private static string Text(JsonElement element) => element.GetString()!;
}
