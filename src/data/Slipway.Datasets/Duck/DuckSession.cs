using System.Globalization;
using Apache.Arrow;
using Apache.Arrow.Ipc;
using DuckDB.NET.Data;
using DuckDB.NET.Native;

namespace Slipway.Datasets.Duck;

/// <summary>
/// One in-memory DuckDB that reaches only what it was given; its settings are locked before a project's SQL runs. Used by one thread; only <see cref="Interrupt"/> may be called from another.
/// </summary>
public sealed class DuckSession : IDisposable
{
    private readonly DuckDBConnection _connection = new("DataSource=:memory:");

    private DuckSession()
    {
    }

    /// <summary>Opens a session with the bounds of <paramref name="options"/> that reaches only what <paramref name="access"/> says.</summary>
    internal static DuckSession Open(DatasetsOptions options, DuckAccess access)
    {
        var session = new DuckSession();
        try
        {
            session._connection.Open();
            session.Confine(options, access);
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>Stops the query that is running, if one is. It then throws.</summary>
    internal void Interrupt() => NativeMethods.Startup.DuckDBInterrupt(_connection.NativeConnection);

    /// <summary>Sets the number of threads, and then lets no setting change any more. Before a project's SQL runs.</summary>
    public void Lock(int threads)
    {
        Execute(string.Create(CultureInfo.InvariantCulture, $"set threads = {threads}"));
        Execute("set lock_configuration = true");
    }

    /// <summary>Runs a statement that yields no rows.</summary>
    public void Execute(string sql)
    {
        using var command = Command(sql);
        command.ExecuteNonQuery();
    }

    /// <summary>Runs a query of few rows and maps each.</summary>
    public List<T> Query<T>(string sql, Func<DuckDBDataReader, T> map, params ReadOnlySpan<object> parameters)
    {
        using var command = Command(sql);
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(new DuckDBParameter(parameter));
        }

        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
        {
            rows.Add(map(reader));
        }

        return rows;
    }

    /// <summary>Runs a query of many rows and hands over columns, some thousand rows at a time, without holding the result.</summary>
    public void ReadBatches(string sql, Action<RecordBatch> take)
    {
        using var command = Command(sql);
        command.UseStreamingMode = true;
        using var stream = command.ExecuteArrowStream();
        while (Next(stream) is { } batch)
        {
            using (batch)
            {
                take(batch);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _connection.Dispose();

    private static RecordBatch? Next(IArrowArrayStream stream)
    {
        // DuckDB's stream completes synchronously: the work is done in the call, on this thread.
        var next = stream.ReadNextRecordBatchAsync(CancellationToken.None);
        return next.IsCompletedSuccessfully ? next.Result : throw new InvalidOperationException("DuckDB's result stream did not complete synchronously.", next.AsTask().Exception);
    }

    private DuckDBCommand Command(string sql)
    {
        var command = _connection.CreateCommand();
        command.CommandText = sql;
        return command;
    }

    private void Confine(DatasetsOptions options, DuckAccess access)
    {
        var spill = Path.Combine(access.Work, "spill");
        string[] settings =
        [
            // Errors carry their place in the SQL as a number.
            "errors_as_json = true",
            string.Create(CultureInfo.InvariantCulture, $"memory_limit = '{options.MemoryMegabytes}MB'"),
            string.Create(CultureInfo.InvariantCulture, $"max_temp_directory_size = '{options.DiskMegabytes}MB'"),
            $"temp_directory = {DuckText.Literal(spill)}",
            "preserve_insertion_order = true",
            // Where the server stands must not change what a timestamp means.
            "timezone = 'UTC'",
            "autoinstall_known_extensions = false",
            "autoload_known_extensions = false",
            "allow_community_extensions = false",
            "allow_persistent_secrets = false",
            $"allowed_directories = {DuckText.List(access.Folders.Append(access.Work).Select(Path.TrimEndingDirectorySeparator).Select(f => f + "/"))}",
            $"allowed_paths = {DuckText.List(access.Files)}",
            // Cannot be switched on again while the database is open.
            "enable_external_access = false",
        ];

        foreach (var setting in settings)
        {
            Execute($"set {setting}");
        }
    }
}
