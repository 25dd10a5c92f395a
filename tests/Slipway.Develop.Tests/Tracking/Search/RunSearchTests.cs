using Slipway.Tracking.Search;

namespace Slipway.Develop.Tests.Tracking.Search;

public abstract class RunSearchTests(SearchFixture fixture)
{
    // a, b and c differ in everything that can be asked for; d logged nothing at all.
    private static readonly SampleRun[] Runs =
    [
        New("a") with
        {
            Name = "first", Status = "FINISHED", User = "ann", Start = 1000, End = 2000,
            Metrics = Metrics(("acc", 0.9), ("val loss", 1.5), ("val/f1", -0.25), ("1st", 1)),
            Params = Texts(("lr", "0.1"), ("a.b", "dots"), ("path", @"C:\data"), ("opt", "Adam")),
            Tags = Texts(("mlflow.user", "ann"), ("note", "it's \"fine\""), ("stadt", "Köln")),
        },
        New("b") with
        {
            Name = "second", Status = "RUNNING", User = "bob", Start = 2000,
            Metrics = Metrics(("acc", double.NaN), ("val loss", double.PositiveInfinity)),
            Params = Texts(("lr", "0.01"), ("opt", "adam"), ("pattern", "50%_[a-z]*?")),
            Tags = Texts(("stadt", "KÖLN"), ("grüße 🌍", "東京")),
        },
        New("c") with
        {
            Name = "third", Status = "FAILED", User = "ann", Start = 3000, End = 3000,
            Metrics = Metrics(("acc", 0.5), ("val loss", double.NegativeInfinity)),
            Params = Texts(("lr", "0.1"), ("long", new string('x', 70) + "1")),
            Tags = Texts(("stadt", "Bonn"), ("empty", "")),
        },
        New("d") with { Name = "", Start = 4000, User = "dan", Params = Texts(("long", new string('x', 70) + "2")) },
    ];

    public static TheoryData<string, string> Filters => new()
    {
        { "", "abcd" },
        { "   ", "abcd" },
        { "metrics.acc > 0.5", "a" },
        { "metrics.acc >= 0.5", "ac" },
        { "metric.acc<.6", "c" },
        { "metrics.acc <= 5e-1", "c" },
        { "metrics.acc = 0.9", "a" },
        { "metrics.acc != 0.9", "bc" },
        { "metrics.acc > -1", "ac" },
        { "metrics.`val loss` > 1e308", "b" },
        { "metrics.\"val loss\" < 0", "c" },
        { "metrics.val/f1 = -0.25", "a" },
        { "metrics.1st = +1", "a" },
        { "metrics.acc IS NULL", "d" },
        { "metrics.acc is not null", "abc" },
        { "metrics.nothing is null", "abcd" },
        { "metrics.nothing != 1", "" },
        { "params.lr = '0.1'", "ac" },
        { "parameters.lr = \"0.1\"", "ac" },
        { "param.lr != '0.1'", "b" },
        { "parameter.lr IS NULL", "d" },
        { "`params`.`lr` = '0.1'", "ac" },
        { "params.a.b = 'dots'", "a" },
        { "params.\"a.b\" LIKE 'do%'", "a" },
        { "params.opt like 'adam'", "b" },
        { "params.opt ilike 'ADAM'", "ab" },
        { "params.opt like '_dam'", "ab" },
        { "params.opt like '%'", "ab" },
        { "params.opt like ''", "" },
        { @"params.path = 'C:\data'", "a" },
        { @"params.path = 'C:\\data'", "a" },
        { "params.pattern = '50%_[a-z]*?'", "b" },
        { "params.pattern like '50%[a-z]*?'", "b" },
        { "params.pattern like '50*'", "" },
        { "params.lr IN ('0.1', '1')", "ac" },
        { "params.lr not in ('0.1')", "b" },
        { $"params.long = '{new string('x', 70)}2'", "d" },
        { $"params.long IN ('{new string('x', 70)}1', 'y')", "c" },
        { $"params.long IN ('{new string('x', 64)}')", "" },
        { "tags.mlflow.user = 'ann'", "a" },
        { "tag.`mlflow.user` = 'ann'", "a" },
        { "tags.note = 'it''s \"fine\"'", "a" },
        { @"tags.note = ""it's \""fine\""""", "a" },
        { @"tags.note = 'it\'s ""fine""'", "a" },
        { "tags.empty = ''", "c" },
        { "tags.stadt ILIKE 'kö%'", "ab" },
        { "tags.stadt LIKE 'Kö%'", "a" },
        { "tags.\"grüße 🌍\" = '東京'", "b" },
        { "tags.\"grüße 🌍\" like '__'", "b" },
        { "attributes.status = 'FINISHED'", "ad" },
        { "status != 'FINISHED'", "bc" },
        { "attr.status in ('RUNNING','FAILED')", "bc" },
        { "run.user_id ilike 'A%'", "ac" },
        { "attributes.run_name = 'third'", "c" },
        { "attribute.`Run name` = 'third'", "c" },
        { "run_name like '%d'", "bc" },
        { "run_name = ''", "d" },
        { "start_time > 2000", "cd" },
        { "attributes.created <= 2000", "ab" },
        { "attributes.start_time >= 1.5e3 and start_time < 4000", "bc" },
        { "end_time IS NULL", "bd" },
        { "end_time > 1", "ac" },
        { "run_id = 'b'", "b" },
        { "attributes.run_id IN ('a', 'd', 'none')", "ad" },
        { "run_id not in ('a', 'd')", "bc" },
        { "metrics.acc > 0.1 AND params.lr = '0.1' aNd tags.stadt = 'Bonn'", "c" },
        { "params.lr = '0.1' and params.lr = '0.01'", "" },
        { "params.lr = '0.1\r\n'", "" },
        { "\tparams.lr\n=\r\n'0.1' ", "ac" },
    };

    [Theory]
    [MemberData(nameof(Filters))]
    public async Task A_filter_finds_what_it_says(string filter, string expected)
    {
        // Ids are unique over all experiments, so each case has its own and names them by their first letter.
        var mark = Guid.NewGuid().ToString("N");
        var experiment = await fixture.AddAsync([.. Runs.Select(run => run with { Id = run.Id + mark })]);
        var written = filter.Replace("'a'", $"'a{mark}'", StringComparison.Ordinal);
        written = written.Contains("run_id", StringComparison.Ordinal)
            ? written.Replace("'b'", $"'b{mark}'", StringComparison.Ordinal).Replace("'d'", $"'d{mark}'", StringComparison.Ordinal)
            : filter;

        var found = await fixture.FindAsync([experiment], written, ["attributes.run_id"], pageSize: 2);

        Assert.Equal(expected, string.Concat(found.Select(id => id[0])));
    }

    public static TheoryData<string, string> Orders => new()
    {
        { "", "dcba" },
        { "attributes.start_time", "abcd" },
        { "start_time DESC", "dcba" },
        { "metrics.acc", "cabd" },
        { "metrics.acc DESC", "acbd" },
        { "metrics.`val loss` desc", "bacd" },
        { "metrics.nothing", "dcba" },
        { "params.lr ASC", "bcad" },
        { "params.lr DESC, attributes.start_time ASC", "acbd" },
        { "params.long desc", "dcba" },
        { "tags.stadt", "cbad" },
        { "attributes.end_time", "acdb" },
        { "end_time desc", "cadb" },
        { "status, metrics.acc", "cadb" },
        { "run_name desc", "cbad" },
        { "user_id asc, params.opt asc, run_id desc", "acbd" },
    };

    [Theory]
    [MemberData(nameof(Orders))]
    public async Task An_order_puts_NaN_behind_values_and_what_is_lacking_last(string order, string expected)
    {
        var mark = Guid.NewGuid().ToString("N");
        var experiment = await fixture.AddAsync([.. Runs.Select(run => run with { Id = run.Id + mark })]);
        string[] terms = [.. order.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];

        foreach (var pageSize in new[] { 1, 3, 1000 })
        {
            Assert.Equal(expected, string.Concat((await fixture.FindAsync([experiment], null, terms, pageSize: pageSize)).Select(id => id[0])));
        }
    }

    [Fact]
    public async Task A_view_shows_the_active_the_deleted_or_both()
    {
        var (kept, gone) = (New(NewId()), New(NewId()) with { IsDeleted = true, Start = -1 });
        var experiment = await fixture.AddAsync(kept, gone);

        Assert.Equal([kept.Id], await fixture.FindAsync([experiment], null, []));
        Assert.Equal([gone.Id], await fixture.FindAsync([experiment], null, [], ViewType.Deleted));
        Assert.Equal([kept.Id, gone.Id], await fixture.FindAsync([experiment], null, [], ViewType.All));
    }

    [Fact]
    public async Task Only_the_experiments_that_were_named_are_searched()
    {
        var (one, two, three) = (New(NewId()) with { Metrics = Metrics(("m", 1)) }, New(NewId()) with { Metrics = Metrics(("m", 2)) }, New(NewId()));
        long[] experiments = [await fixture.AddAsync(one), await fixture.AddAsync(two), await fixture.AddAsync(three)];

        Assert.Equal([two.Id, one.Id], await fixture.FindAsync([experiments[0], experiments[1], experiments[0]], "metrics.m > 0", ["metrics.m desc"]));
        Assert.Equal([one.Id], await fixture.FindAsync([experiments[0]], $"run_id in ('{one.Id}', '{two.Id}')", []));
        Assert.Empty(await fixture.FindAsync([], null, []));
        Assert.Empty(await fixture.FindAsync([long.MaxValue], null, []));
    }

    [Fact]
    public async Task Many_experiments_are_searched_as_few_are()
    {
        var runs = Enumerable.Range(0, 40).Select(i => New(NewId()) with { Metrics = Metrics(("m", i)) }).ToList();
        var experiments = new List<long>();
        foreach (var run in runs)
        {
            experiments.Add(await fixture.AddAsync(run));
        }

        Assert.Equal(runs.Select(run => run.Id), await fixture.FindAsync(experiments, "metrics.m >= 0", ["metrics.m"], pageSize: 7));
    }

    [Fact]
    public async Task The_longest_list_is_taken_in_many_experiments_too()
    {
        var runs = Enumerable.Range(0, 5).Select(i => New(NewId()) with { Params = Texts(("p", $"value {i}")) }).ToList();
        var experiments = new List<long>();
        foreach (var run in runs)
        {
            experiments.Add(await fixture.AddAsync(run));
        }

        var list = string.Join(',', Enumerable.Range(1, FilterParser.MostValues).Select(i => $"'value {i}'"));

        Assert.Equal(runs[1..].Select(run => run.Id), await fixture.FindAsync(experiments, $"params.p in ({list})", ["params.p"], pageSize: 3));
    }

    [Fact]
    public async Task The_longest_pattern_is_taken()
    {
        var found = new SampleRun { Params = new Dictionary<string, string> { ["p"] = new string('É', 2500) } };
        var experiment = await fixture.AddAsync(found, new SampleRun { Params = new Dictionary<string, string> { ["p"] = new string('É', 2499) } });

        Assert.Equal([found.Id], await fixture.FindAsync([experiment], $"params.p ilike '{string.Concat(Enumerable.Repeat("é%", 2500))}'", []));
        Assert.Equal([], await fixture.FindAsync([experiment], $"params.p like '{string.Concat(Enumerable.Repeat("é%", 2500))}'", []));
    }

    [Fact]
    public async Task A_run_that_comes_between_two_pages_shifts_nothing()
    {
        var runs = Enumerable.Range(0, 4).Select(i => New(NewId()) with { Start = i }).ToList();
        var experiment = await fixture.AddAsync([.. runs.Select(run => run with { })]);
        var first = await RunAsync(SearchQuery.ForRuns([experiment], null, [], ViewType.Active, 2));
        await fixture.Database.WriteAsync(
            transaction => transaction.ExecuteAsync(
                "insert into runs (run_id, experiment, name, user_id, status, start_time, artifact_uri) values (@id, @experiment, '', '', '', 99, '')", new { id = NewId(), experiment }),
            CancellationToken.None);

        var second = await RunAsync(SearchQuery.ForRuns([experiment], null, [], ViewType.Active, 2, first.NextPageToken));

        Assert.Equal(2, second.Ids.Count);
        Assert.Null(second.NextPageToken);
        Assert.Empty(first.Ids.Intersect(second.Ids));
    }

    [Theory]
    [InlineData("'; drop table runs; --")]
    [InlineData("' or '1'='1")]
    [InlineData("\" or 1=1 --")]
    [InlineData("x') union select id, run_id from runs --")]
    [InlineData("@p0")]
    [InlineData("`); delete from runs; --")]
    [InlineData("\\")]
    [InlineData("%' escape '")]
    public async Task What_a_caller_writes_is_a_value_and_never_SQL(string text)
    {
        var run = New(NewId()) with { Params = Texts((text, text)), Tags = Texts(("plain", text)), Metrics = Metrics((text, 1)) };
        var experiment = await fixture.AddAsync(run, New(NewId()));
        var (value, key) = ($"'{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "''", StringComparison.Ordinal)}'", $"`{text.Replace("`", "``", StringComparison.Ordinal)}`");

        foreach (var filter in new[] { $"params.{key} = {value}", $"tags.plain = {value}", $"tags.plain in ({value})", $"metrics.{key} > 0", $"params.{key} ilike {value}" })
        {
            Assert.Equal([run.Id], await fixture.FindAsync([experiment], filter, [$"metrics.{key} desc", $"params.{key}"]));
        }
    }

    private Task<SearchPage> RunAsync(SearchQuery query) =>
        fixture.Database.ReadAsync(connection => query.RunAsync(connection, CancellationToken.None), CancellationToken.None);

    private static SampleRun New(string id) => new() { Id = id };

    private static string NewId() => Guid.NewGuid().ToString("N");

    private static Dictionary<string, double> Metrics(params (string Key, double Value)[] metrics) => metrics.ToDictionary(m => m.Key, m => m.Value);

    private static Dictionary<string, string> Texts(params (string Key, string Value)[] texts) => texts.ToDictionary(t => t.Key, t => t.Value);
}

public sealed class RunSearchOnSqliteTests(SearchFixture fixture) : RunSearchTests(fixture), IClassFixture<SearchFixture>;

public sealed class RunSearchOnPostgreSqlTests(PostgreSqlSearchFixture fixture) : RunSearchTests(fixture), IClassFixture<PostgreSqlSearchFixture>;
