using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Slipway.Tests;

/// <summary>
/// A real PostgreSQL server, one a test process: started when the first test asks, gone with the process, however that ends. Its databases sort as people do (ICU), so that a text column without
/// Slipway's order is found.
/// </summary>
internal sealed class PostgreSqlServer
{
    private const string Password = "s3cret/@:%";

    private static readonly Lazy<Task<PostgreSqlServer>> Shared = new(StartAsync);
    private static int _databases;

    private readonly Process _process;

    private PostgreSqlServer(Process process, string folder, int port) => (_process, Folder, Port) = (process, folder, port);

    /// <summary>Why tests that need the server are skipped; null when it is installed. Where CI is set nothing is skipped.</summary>
    public static string? Missing { get; } =
        Binaries is null && Environment.GetEnvironmentVariable("CI") != "true" ? "PostgreSQL is missing. Install it: apt-get install postgresql" : null;

    /// <summary>The server's folder, with its socket.</summary>
    public string Folder { get; }

    /// <summary>The server's port on the loopback.</summary>
    public int Port { get; }

    private static string? Binaries => Directory.Exists("/usr/lib/postgresql")
        ? Directory.EnumerateDirectories("/usr/lib/postgresql").OrderByDescending(path => int.TryParse(Path.GetFileName(path), out var version) ? version : 0).Select(path => Path.Combine(path, "bin"))
            .FirstOrDefault(path => File.Exists(Path.Combine(path, "initdb")))
        : null;

    /// <summary>The server that tests share.</summary>
    public static Task<PostgreSqlServer> GetAsync() => Shared.Value;

    /// <summary>A new, empty database of the shared server: its address, for <c>--database</c>. Skips the test where the server is not installed.</summary>
    public static async Task<string> NewDatabaseAsync()
    {
        Assert.SkipWhen(Missing is not null, Missing ?? "");
        return await (await GetAsync()).CreateAsync();
    }

    /// <summary>A server of a test's own, which it may kill. <see cref="StopAsync"/> ends it.</summary>
    public static async Task<PostgreSqlServer> StartAsync()
    {
        var folder = Directory.CreateTempSubdirectory("slipway-pg-").FullName;
        var port = FreePort();

        // The shell reads until this process is gone, however it went; then it stops the server and deletes its folder.
        var script = $"""
            set -e
            exec 2>>{folder}/log
            printf %s '{Password}' > {folder}/password
            {Binaries}/initdb --no-sync --no-instructions -D {folder}/data -U slipway --pwfile={folder}/password --auth=scram-sha-256 \
                --encoding=UTF8 --locale=C.UTF-8 --locale-provider=icu --icu-locale=en-US >>{folder}/log
            {Arguments(folder, port)} >>{folder}/log 2>&1 </dev/null & server=$!
            echo $server
            cat >/dev/null || true
            kill -QUIT $server 2>/dev/null || true
            wait $server || true
            rm -rf {folder}
            """;
        var start = Environment.IsPrivilegedProcess
            ? new ProcessStartInfo("runuser", ["-u", "postgres", "--", "sh", "-c", script])
            : new ProcessStartInfo("sh", ["-c", script]);
        (start.RedirectStandardInput, start.RedirectStandardOutput) = (true, true);
        if (Environment.IsPrivilegedProcess)
        {
            // PostgreSQL refuses root, and its own user may not look into a folder of root.
            using var given = Process.Start("chown", ["postgres", folder]);
            await given.WaitForExitAsync();
        }

        var process = Process.Start(start)!;
        var server = new PostgreSqlServer(process, folder, port);
        if (await process.StandardOutput.ReadLineAsync() is null)
        {
            throw new InvalidOperationException($"PostgreSQL could not be started: {await File.ReadAllTextAsync(Path.Combine(folder, "log"))}");
        }

        await server.UntilUpAsync();
        return server;
    }

    /// <summary>The address of a database of this server.</summary>
    public string Address(string database) => $"postgres://slipway:{Uri.EscapeDataString(Password)}@127.0.0.1:{Port}/{database}";

    /// <summary>A new, empty database: its address.</summary>
    public async Task<string> CreateAsync()
    {
        var name = $"test_{Interlocked.Increment(ref _databases)}";
        await ExecuteAsync($"create database {name}");
        return Address(name);
    }

    /// <summary>Runs SQL as the superuser, in the database of the server itself or another.</summary>
    public async Task ExecuteAsync(string sql, string database = "postgres")
    {
        await using var connection = new NpgsqlConnection(Connection(database));
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Stops the server and deletes its folder.</summary>
    public Task StopAsync()
    {
        _process.StandardInput.Close();
        return _process.WaitForExitAsync();
    }

    private static string Arguments(string folder, int port) =>
        $"{Binaries}/postgres -D {folder}/data -k {folder} -p {port} -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=300 -c shared_buffers=32MB";

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private string Connection(string database) =>
        new NpgsqlConnectionStringBuilder { Host = "127.0.0.1", Port = Port, Username = "slipway", Password = Password, Database = database, Pooling = false }.ToString();

    private async Task UntilUpAsync()
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await ExecuteAsync("select 1");
                return;
            }
            catch (NpgsqlException) when (attempt < 300 && !_process.HasExited)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, CancellationToken.None);
            }
        }
    }
}
