using System.Globalization;
using System.Text.RegularExpressions;
using Npgsql;
using Slipway.Core.Errors;

namespace Slipway.PostgreSql;

/// <summary>Where a database is and who asks, from an address such as <c>postgres://user:password@host:5432/name?sslmode=require</c>.</summary>
public sealed partial class PostgreSqlAddress
{
    /// <summary>How an address is written.</summary>
    public const string Form = "postgres://USER:PASSWORD@HOST:PORT/DATABASE";

    // What libpq calls them, and what Npgsql does. `options` is missing: it could switch off what an answer promises.
    private static readonly Dictionary<string, string> Parameters = new(StringComparer.Ordinal)
    {
        ["application_name"] = "Application Name",
        ["channel_binding"] = "Channel Binding",
        ["connect_timeout"] = "Timeout",
        ["host"] = "Host",
        ["passfile"] = "Passfile",
        ["port"] = "Port",
        ["sslcert"] = "SSL Certificate",
        ["sslkey"] = "SSL Key",
        ["sslmode"] = "SSL Mode",
        ["sslpassword"] = "SSL Password",
        ["sslrootcert"] = "Root Certificate",
    };

    private readonly string _connection;

    private PostgreSqlAddress(NpgsqlConnectionStringBuilder connection)
    {
        _connection = connection.ToString();
        (Host, Port, Database, User) = (connection.Host!, connection.Port, connection.Database!, connection.Username ?? Environment.UserName);
    }

    /// <summary>The server's name or address, or the folder of its socket.</summary>
    public string Host { get; }

    /// <summary>The server's port.</summary>
    public int Port { get; }

    /// <summary>The database's name.</summary>
    public string Database { get; }

    /// <summary>Who asks.</summary>
    public string User { get; }

    /// <summary>Reads an address.</summary>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.InvalidInput"/>: what is wrong with it. No message has the password.</exception>
    public static PostgreSqlAddress Parse(string text)
    {
        if (Address().Match(text) is not { Success: true } match)
        {
            throw Wrong($"it is not of the form {Form}. In user and password, characters such as @, :, / and % are written as %40, %3A, %2F and %25");
        }

        var connection = new NpgsqlConnectionStringBuilder
        {
            Host = match.Groups["host"].Value is { Length: > 0 } host ? host.Trim('[', ']') : "localhost",
            Database = Uri.UnescapeDataString(match.Groups["database"].Value),
        };
        if (match.Groups["port"] is { Success: true } port)
        {
            connection.Port = int.TryParse(port.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and < 65536
                ? number
                : throw Wrong($"{port.Value} is not a port, 1 to 65535");
        }

        if (match.Groups["user"] is { Success: true } user)
        {
            connection.Username = Uri.UnescapeDataString(user.Value);
        }

        if (match.Groups["password"] is { Success: true } password)
        {
            connection.Password = Uri.UnescapeDataString(password.Value);
        }

        foreach (var parameter in match.Groups["query"].Value.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            Set(connection, parameter);
        }

        return new PostgreSqlAddress(connection);
    }

    /// <summary>The address without its password, as it may be shown to everybody.</summary>
    public override string ToString() =>
        Host.StartsWith('/') ? $"postgres://{User}@/{Database}?host={Host}&port={Port}" : $"postgres://{User}@{(Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host)}:{Port}/{Database}";

    /// <summary>The settings of the one connection that writes: not from a pool, since the lock on the database is its session's.</summary>
    internal string WriterString() => With(connection => (connection.Pooling, connection.KeepAlive) = (false, 30));

    /// <summary>The settings of the connections that read.</summary>
    internal string ReaderString() => With(connection => (connection.Options, connection.MaxPoolSize) = ("-c default_transaction_read_only=on", 40));

    private static void Set(NpgsqlConnectionStringBuilder connection, string parameter)
    {
        var equals = parameter.IndexOf('=', StringComparison.Ordinal);
        var name = Uri.UnescapeDataString(equals < 0 ? parameter : parameter[..equals]);
        var value = equals < 0 ? "" : Uri.UnescapeDataString(parameter[(equals + 1)..]);
        if (!Parameters.TryGetValue(name, out var keyword))
        {
            throw Wrong($"there is no parameter '{name}'. Allowed are {string.Join(", ", Parameters.Keys)}");
        }

        try
        {
            // Npgsql writes verify-ca as VerifyCA.
            connection[keyword] = name is "sslmode" or "channel_binding" ? value.Replace("-", "", StringComparison.Ordinal) : value;
        }
        catch (Exception e) when (e is ArgumentException or FormatException or OverflowException or InvalidCastException)
        {
            throw Wrong(name == "sslpassword" ? $"the value of {name} cannot be used" : $"{name} cannot be '{value}'");
        }
    }

    private static SlipwayException Wrong(string what) => new(ErrorKind.InvalidInput, $"The database's address is wrong: {what}.");

    private string With(Action<NpgsqlConnectionStringBuilder> change)
    {
        var connection = new NpgsqlConnectionStringBuilder(_connection)
        {
            // Nothing of Slipway's lies elsewhere, whatever the user's own path is.
            SearchPath = "public",

            // The server frees a session's lock when it learns that its client is gone; the client learns of a dead server by it.
            TcpKeepAlive = true,
            TcpKeepAliveTime = 10,
            TcpKeepAliveInterval = 5,
            CommandTimeout = 300,
            MaxAutoPrepare = 200,
            AutoPrepareMinUsages = 2,
        };
        connection.ApplicationName ??= $"slipway (pid {Environment.ProcessId} on {Environment.MachineName})";
        change(connection);
        return connection.ToString();
    }

    [GeneratedRegex(@"^postgres(ql)?://((?<user>[^:/?#@]*)(:(?<password>[^/?#@]*))?@)?(?<host>\[[0-9a-fA-F:.]+\]|[^:/?#@\[\]]*)(:(?<port>[^/?#]*))?/(?<database>[^/?#]+)(\?(?<query>[^#]*))?$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Address();
}
