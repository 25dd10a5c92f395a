using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using DuckDB.NET.Data;
using Slipway.Core.Errors;
using Slipway.Inference.Onnx;
using Slipway.PostgreSql;
using Slipway.Storage;
using Slipway.Training.LightGbm;

namespace Slipway.Server;

/// <summary>Examines what the server needs of its machine.</summary>
internal static class Doctor
{
    // Below this a snapshot or a training of ordinary size may fail half-way.
    private const long LeastFreeBytes = 1L << 30;

    public static async Task<IReadOnlyList<DoctorCheck>> ExamineAsync(ServerSettings settings, CancellationToken cancellationToken) =>
    [
        Runtime(),
        Library("LightGBM", "Debian, Ubuntu: apt-get install -y libgomp1", LightGbm),
        Library("ONNX Runtime", "Build again on this machine: its native library comes with the package.", OnnxRuntime),
        Library("DuckDB", "Build again on this machine: its native library comes with the package.", DuckDb),
        Port("HTTP port", settings.Http, "--http"),
        Port("gRPC port", settings.Grpc, "--grpc"),
        await DataAsync(settings, cancellationToken),
        .. settings.Database is { } database ? [await DatabaseAsync(database, cancellationToken)] : Array.Empty<DoctorCheck>(),
        Disk(settings.Data),
    ];

    private static DoctorCheck Runtime() => new(
        ".NET", Environment.Version.Major >= 10, $"{RuntimeInformation.FrameworkDescription}, {RuntimeInformation.RuntimeIdentifier}", Environment.Version.Major >= 10 ? null : "Install the .NET 10 SDK.");

    private static DoctorCheck Library(string name, string remedy, Func<string> probe)
    {
        try
        {
            return new DoctorCheck(name, Ok: true, probe(), Remedy: null);
        }
        catch (SlipwayException exception)
        {
            return new DoctorCheck(name, Ok: false, exception.Message, remedy);
        }
        catch (Exception exception) when (exception is DllNotFoundException or TypeInitializationException or BadImageFormatException or EntryPointNotFoundException)
        {
            return new DoctorCheck(name, Ok: false, $"its native library cannot be loaded: {(exception.InnerException ?? exception).Message}", remedy);
        }
    }

    private static string LightGbm() => LightGbmLibrary.Check(out var problem)
        ? "loads, with libgomp"
        : throw new SlipwayException(ErrorKind.Unavailable, problem!);

    private static string OnnxRuntime() => $"{OnnxRuntimeLibrary.Version}, telemetry off";

    private static string DuckDb()
    {
        using var connection = new DuckDBConnection("DataSource=:memory:");
        connection.Open();
        return connection.ServerVersion;
    }

    private static DoctorCheck Port(string name, IPEndPoint address, string flag)
    {
        try
        {
            using var listener = new TcpListener(address);
            listener.Start();
            return new DoctorCheck(name, Ok: true, $"{address} is free", Remedy: null);
        }
        catch (SocketException exception)
        {
            return new DoctorCheck(
                name, Ok: false, $"{address} cannot be listened on: {exception.Message}", $"Stop the program that uses it (a Slipway server that is up uses it rightly), or choose another with {flag}.");
        }
    }

    // Opens what is there as the server would, or tries whether it could be made.
    private static async Task<DoctorCheck> DataAsync(ServerSettings settings, CancellationToken cancellationToken)
    {
        var folder = settings.Data;
        const string Name = "data folder";
        try
        {
            if (Directory.Exists(folder) || File.Exists(folder))
            {
                // The folder alone, where the database is elsewhere: that one is looked at by itself.
                var modules = SlipwayServer.AddModules(new ServiceCollection(), settings);
                await using var services = (settings.Database is null ? modules : modules.AddSingleton<IOpenable, Elsewhere>()).BuildServiceProvider();
                await services.OpenStorageAsync(cancellationToken);
                return new DoctorCheck(Name, Ok: true, $"{Path.GetFullPath(folder)} opens", Remedy: null);
            }

            var parent = NearestFolder(folder);
            Directory.Delete(Directory.CreateDirectory(Path.Combine(parent, $".slipway-{Guid.NewGuid():N}")).FullName);
            return new DoctorCheck(Name, Ok: true, $"{Path.GetFullPath(folder)} will be made", Remedy: null);
        }
        catch (Exception exception) when (exception is SlipwayException or IOException or UnauthorizedAccessException)
        {
            return new DoctorCheck(Name, Ok: false, exception.Message, "Choose another with --data, or mend this one (a server that is up uses it rightly).");
        }
    }

    private static async Task<DoctorCheck> DatabaseAsync(PostgreSqlAddress address, CancellationToken cancellationToken)
    {
        const string Name = "database";
        try
        {
            return new DoctorCheck(Name, Ok: true, $"{address} can be used ({await PostgreSqlModule.ExamineAsync(address, cancellationToken)})", Remedy: null);
        }
        catch (SlipwayException exception)
        {
            return new DoctorCheck(Name, Ok: false, exception.Message, "Mend it, or name another with --database (a server that is up uses it rightly).");
        }
    }

    private static DoctorCheck Disk(string folder)
    {
        var free = new DriveInfo(NearestFolder(folder)).AvailableFreeSpace;
        var finding = string.Create(CultureInfo.InvariantCulture, $"{free / (double)(1L << 30):F1} GiB free");
        return new DoctorCheck("disk", free >= LeastFreeBytes, finding, free >= LeastFreeBytes ? null : "Free 1 GiB or more, or choose a data folder on another disk with --data.");
    }

    private static string NearestFolder(string path)
    {
        var folder = Path.GetFullPath(path);
        while (!Directory.Exists(folder))
        {
            folder = Path.GetDirectoryName(folder)!;
        }

        return folder;
    }

    private sealed class Elsewhere : IOpenable
    {
        public Task OpenAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}

/// <summary>What one examination found.</summary>
/// <param name="Name">What was examined.</param>
/// <param name="Ok">True when it is as it must be.</param>
/// <param name="Finding">What was found.</param>
/// <param name="Remedy">What to do, when it is not.</param>
internal sealed record DoctorCheck(string Name, bool Ok, string Finding, string? Remedy);
