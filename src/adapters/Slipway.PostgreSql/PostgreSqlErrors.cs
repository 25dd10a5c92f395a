using System.Net.Sockets;
using Npgsql;
using Slipway.Core.Errors;

namespace Slipway.PostgreSql;

/// <summary>Turns what PostgreSQL says about itself into one clear sentence. What it says about a statement is the caller's and stays as it is.</summary>
internal static class PostgreSqlErrors
{
    public static SlipwayException? TryTranslate(Exception error, PostgreSqlAddress address) => error switch
    {
        PostgresException postgres => OfServer(postgres, address),
        NpgsqlException { InnerException: TimeoutException } => new SlipwayException(
            ErrorKind.Unavailable, $"The database {address} does not answer in time. See whether its server is overloaded or the way to it is cut, then try again.", error),
        NpgsqlException { InnerException: SocketException socket } => new SlipwayException(
            ErrorKind.Unavailable, $"The database {address} cannot be reached: {socket.Message}. See that its server runs and that host and port are right.", error),
        NpgsqlException npgsql when npgsql.Message.StartsWith("No password has been provided", StringComparison.Ordinal) => new SlipwayException(
            ErrorKind.InvalidInput, $"The database {address} wants a password of {address.User}. Write it into the address, or set PGPASSWORD or a passfile.", error),
        NpgsqlException { InnerException: System.Security.Authentication.AuthenticationException refused } => new SlipwayException(
            ErrorKind.InvalidInput, $"The certificate of the database {address} is refused: {refused.Message} Name its authority with sslrootcert, or choose another sslmode.", error),
        NpgsqlException { InnerException: IOException } => Lost(address, error),
        NpgsqlException npgsql when npgsql.Message.StartsWith("SSL connection requested", StringComparison.Ordinal) => new SlipwayException(
            ErrorKind.InvalidInput, $"The server of {address} offers no TLS, which sslmode asks for.", error),
        NpgsqlException npgsql when npgsql.Message.StartsWith("The connection pool has been exhausted", StringComparison.Ordinal) => new SlipwayException(
            ErrorKind.Unavailable, $"Too many readers wait for the database {address}. Try again in a moment.", error),
        NpgsqlException { IsTransient: true } => Lost(address, error),

        // A reader of a connection that broke under it, and the migration runner, which wraps what its connection says.
        { InnerException: NpgsqlException inner } => TryTranslate(inner, address),
        _ => null,
    };

    /// <summary>The connection is gone.</summary>
    public static SlipwayException Lost(PostgreSqlAddress address, Exception error) => new(
        ErrorKind.Unavailable, $"The connection to the database {address} was lost, and a change that was on its way was not kept. Try again when its server is up.", error);

    /// <summary>A right is missing.</summary>
    public static SlipwayException NotAllowed(PostgreSqlAddress address, string what, Exception? cause = null) => new(
        ErrorKind.InvalidInput,
        $"{address.User} lacks a right in the database {address}: {what}. Make {address.User} its owner: alter database {address.Database} owner to {address.User}.",
        cause!);

    private static SlipwayException? OfServer(PostgresException error, PostgreSqlAddress address) => error.SqlState switch
    {
        PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification => new SlipwayException(
            ErrorKind.InvalidInput, $"The database {address} refuses {address.User}: {error.MessageText}. See that user and password are right, and that pg_hba.conf lets them in.", error),
        PostgresErrorCodes.InvalidCatalogName => new SlipwayException(
            ErrorKind.InvalidInput, $"There is no database {address.Database} at {address.Host}:{address.Port}. Make one: createdb {address.Database}.", error),
        PostgresErrorCodes.InsufficientPrivilege => NotAllowed(address, error.MessageText, error),
        PostgresErrorCodes.TooManyConnections => new SlipwayException(
            ErrorKind.Unavailable, $"The server of {address} has no connection left: {error.MessageText}. Raise its max_connections, or stop programs that hold some.", error),
        PostgresErrorCodes.CannotConnectNow => new SlipwayException(ErrorKind.Unavailable, $"The server of {address} is not ready: {error.MessageText}. Try again in a moment.", error),
        PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.IdleSessionTimeout => Lost(address, error),
        PostgresErrorCodes.DiskFull => new SlipwayException(
            ErrorKind.Unavailable, $"The disk of the database {address} is full. Nothing was kept of this write; free some space and try again.", error),
        PostgresErrorCodes.ReadOnlySqlTransaction => new SlipwayException(
            ErrorKind.Unavailable, $"The database {address} takes no changes here: {error.MessageText}. Changes go through the one writer, and never to a standby.", error),

        // Npgsql writes good UTF-8, so it can only be this one.
        PostgresErrorCodes.CharacterNotInRepertoire or PostgresErrorCodes.UntranslatableCharacter => new SlipwayException(
            ErrorKind.InvalidInput, "PostgreSQL keeps no text with the character U+0000. Leave it out.", error),

        // A row of an index is a third of a page at most: names and keys in alphabets of four bytes a character come to more, two of the longest together.
        PostgresErrorCodes.ProgramLimitExceeded => new SlipwayException(
            ErrorKind.InvalidInput, $"The names and keys of this change are together longer than an index of PostgreSQL takes: {error.MessageText}. Shorten them.", error),
        _ => null,
    };
}
