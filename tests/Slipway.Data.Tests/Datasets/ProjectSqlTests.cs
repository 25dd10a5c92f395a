using Slipway.Core.Errors;
using Slipway.Datasets;

namespace Slipway.Data.Tests.Datasets;

/// <summary>A project's SQL is untrusted text: what it tries, and the sentence it gets.</summary>
public sealed class ProjectSqlTests : IAsyncLifetime
{
    private DatasetsHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await DatasetsHost.StartAsync();
        _host.Write("data/rides.csv", "city,count\nBonn,4\n");
        File.WriteAllText(Path.Combine(_host.Outside, "secret.csv"), "secret\nhunter2\n");
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Theory]
    [InlineData("select 1 as a; select 2 as b", "2 statements")]
    [InlineData("select 1 as a; copy (select 1) to 'out.csv'", "is not a SELECT")]
    [InlineData("copy (select 1) to 'out.csv'", "is not a SELECT")]
    [InlineData("copy (select * from 'data/rides.csv') to '/tmp/out.csv'", "is not a SELECT")]
    [InlineData("attach 'data/x.db'", "is not a SELECT")]
    [InlineData("install httpfs", "is not a SELECT")]
    [InlineData("load httpfs", "is not a SELECT")]
    [InlineData("pragma database_list", "is not a SELECT")]
    [InlineData("set enable_external_access = true", "is not a SELECT")]
    [InlineData("create table t as select 1", "is not a SELECT")]
    [InlineData("export database 'data'", "is not a SELECT")]
    [InlineData("call enable_logging()", "is not a SELECT")]
    [InlineData("explain analyze select 1", "is not a SELECT")]
    [InlineData("select 1) as t; drop table x; select * from (select 1", "syntax error")]
    [InlineData("", "is empty")]
    [InlineData("-- nothing", "is empty")]
    [InlineData("show tables", "DESCRIBE")]
    [InlineData("select * from read_text('/etc/passwd')", "not inside the project's folder")]
    [InlineData("select * from '/etc/passwd.csv'", "not inside the project's folder")]
    [InlineData("select * from '~/x.csv'", "not inside the project's folder")]
    [InlineData("select * from 'data/../../outside/secret.csv'", "not inside the project's folder")]
    [InlineData("select * from '../outside/secret.csv'", "not inside the project's folder")]
    [InlineData("select * from '..\\outside\\secret.csv'", "not inside the project's folder")]
    [InlineData("select * from 'data/%2e%2e/%2e%2e/outside/secret.csv'", "'..'")]
    [InlineData("select * from 'file:///etc/passwd.csv'", "is an address")]
    [InlineData("select * from 'https://example.org/x.csv'", "is an address")]
    [InlineData("select * from 's3://bucket/x.parquet'", "not available yet")]
    [InlineData("select * from glob('/etc/*')", "not inside the project's folder")]
    [InlineData("select * from read_csv(['data/rides.csv', '/etc/passwd'])", "not inside the project's folder")]
    [InlineData("select * from read_csv('/etc' || '/passwd')", "plain text in single quotes")]
    [InlineData("select * from read_csv(getvariable('x'))", "plain text in single quotes")]
    [InlineData("select * from sniff_csv('/etc/passwd')", "not inside the project's folder")]
    [InlineData("select * from query('copy (select 1) to ''x.csv''')", "query is not allowed")]
    [InlineData("select * from query_table('/etc/passwd')", "query_table is not allowed")]
    [InlineData("select * from duckdb_settings()", "duckdb_settings is not allowed")]
    [InlineData("select * from enable_logging()", "enable_logging is not allowed")]
    [InlineData("select * from (select * from duckdb_secrets())", "duckdb_secrets is not allowed")]
    [InlineData("select (select max(value) from duckdb_settings()) as a", "duckdb_settings is not allowed")]
    [InlineData("with x as (from duckdb_settings()) select * from x", "duckdb_settings is not allowed")]
    [InlineData("select current_setting('temp_directory') as a", "current_setting is not allowed")]
    [InlineData("select * from information_schema.tables", "no table 'tables'")]
    [InlineData("select * from duckdb_logs", "no table 'duckdb_logs'")]
    [InlineData("select * from sqlite_master", "no table 'sqlite_master'")]
    [InlineData("select * from orders", "no table 'orders'")]
    [InlineData("select getenv('HOME') as a", "getenv is not allowed")]
    [InlineData("select * from $$/etc/passwd$$", "neither a folder of the project nor a file")]
    public async Task An_attack_is_refused_with_a_sentence(string sql, string says)
    {
        var error = await Assert.ThrowsAsync<SlipwayException>(() => _host.SnapshotAsync(sql));

        Assert.Contains(says, error.Message, StringComparison.Ordinal);
        Assert.StartsWith("The ", error.Message, StringComparison.Ordinal);
        Assert.EndsWith(".", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("root:", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
        Assert.Equal(says == "not available yet" ? ErrorKind.NotAvailable : ErrorKind.InvalidInput, error.Kind);
        Assert.Single(Directory.GetFileSystemEntries(_host.Project, "*", SearchOption.AllDirectories), f => File.Exists(f));
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(_host.Data, "work")));
    }

    [Theory]
    [InlineData("select * from 'data/link.csv'")]
    [InlineData("select * from 'data/folder/secret.csv'")]
    [InlineData("select * from 'data/l*.csv'")]
    [InlineData("select * from read_csv('data/folder/*.csv')")]
    [InlineData("select content as c from read_text('data/link.*')")]
    [InlineData("select * from 'folder'")]
    public async Task A_link_that_leaves_the_folder_is_refused(string sql)
    {
        File.CreateSymbolicLink(Path.Combine(_host.Project, "data", "link.csv"), Path.Combine(_host.Outside, "secret.csv"));
        Directory.CreateSymbolicLink(Path.Combine(_host.Project, "data", "folder"), _host.Outside);
        Directory.CreateSymbolicLink(Path.Combine(_host.Project, "folder"), _host.Outside);

        var error = await Assert.ThrowsAsync<SlipwayException>(() => _host.SnapshotAsync(sql));

        Assert.Contains("link", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("select * from 'data/rides.csv'")]
    [InlineData("select * from 'data/rides.csv';")]
    [InlineData("select * from 'data/rides.csv' -- ends here; or not")]
    [InlineData("select * from 'data/rides.csv'; -- ends; here\n ;")]
    [InlineData("select * from 'data/rides.csv' where city <> ';' /* ; */ ; ")]
    [InlineData("from 'data/rides.csv'")]
    [InlineData("from \"data/rides.csv\"")]
    [InlineData("from './data/rides.csv'")]
    [InlineData("with r as (select * from 'data/rides.csv') select * from r")]
    [InlineData("select * from read_csv('data/rides.csv', header = true)")]
    [InlineData("select * from read_csv(['data/rides.csv'], columns = {'city': 'VARCHAR', 'count': 'BIGINT'})")]
    [InlineData("select * from read_csv('data/*.csv')")]
    [InlineData("select * from '**/*.csv'")]
    [InlineData("select * from 'data'")]
    [InlineData("select 'Bönn' as city, count from 'data/rides.csv' as ö where 'ü' <> city")]
    [InlineData("select r.city, r.count from 'data/rides.csv' r join 'data/rides.csv' q using (city)")]
    [InlineData("select * from (values ('Bonn', 4)) as t(city, count)")]
    [InlineData("with recursive n as (select 1 as i union all select i + 1 from n where i < 4) select 'Bonn' as city, max(i) as count from n")]
    [InlineData("select city, count from 'data/rides.csv', unnest([1]) as u(x)")]
    public async Task An_honest_query_runs(string sql)
    {
        var table = await _host.TableAsync(sql);

        Assert.Equal(1, table.Rows);
        Assert.Equal(["city", "count"], table.Columns.Select(c => c.Name));
        Assert.Equal(4, ((NumberColumn)table["count"]).Values[0]);
    }

    [Fact]
    public async Task File_names_mean_the_project_whatever_the_working_directory_holds()
    {
        // The tests' working directory has a file of that name too.
        var here = Path.Combine(Directory.GetCurrentDirectory(), $"rides-{Guid.NewGuid():N}.csv");
        await File.WriteAllTextAsync(here, "city,count\nHere,1\n", TestContext.Current.CancellationToken);
        try
        {
            _host.Write(Path.GetFileName(here), "city,count\nThere,2\n");

            var table = await _host.TableAsync($"select * from '{Path.GetFileName(here)}'");

            Assert.Equal("There", ((TextColumn)table["city"]).At(0));
        }
        finally
        {
            File.Delete(here);
        }
    }

    [Theory]
    [InlineData("select filename as f from read_blob('slipway-data/slipway.db')")]
    [InlineData("select filename as f from read_blob('slipway-data/blobs/*/*/*')")]
    [InlineData("select filename as f from read_blob('**/*.db')")]
    [InlineData("select filename as f from read_blob('link/slipway.db')")]
    public async Task The_data_folder_is_out_of_reach_though_it_lies_in_the_project(string sql)
    {
        await _host.SnapshotAsync("select 1 as a");
        var database = Path.Combine(_host.Data, "slipway.db");
        if (!File.Exists(database))
        {
            // As it is where the metadata lives in PostgreSQL.
            await File.WriteAllTextAsync(database, "", TestContext.Current.CancellationToken);
        }

        Directory.CreateSymbolicLink(Path.Combine(Path.GetDirectoryName(_host.Data)!, "link"), _host.Data);
        var around = new DatasetQuery("rides", sql.Replace("slipway-data", Path.GetFileName(_host.Data), StringComparison.Ordinal), Path.GetDirectoryName(_host.Data)!);

        var error = await Assert.ThrowsAsync<SlipwayException>(() => _host.Datasets.QueryAsync(around, TestContext.Current.CancellationToken));

        Assert.Contains("Slipway's own data folder", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_project_behind_a_link_is_read()
    {
        var link = Path.Combine(_host.Outside, "project");
        Directory.CreateSymbolicLink(link, _host.Project);

        var table = await _host.Datasets.QueryAsync(new DatasetQuery("rides", "select * from 'data/*.csv'", link), TestContext.Current.CancellationToken);

        Assert.Equal(1, table.Rows);
    }
}
