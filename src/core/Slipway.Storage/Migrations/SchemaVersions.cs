using Slipway.Core.Errors;

namespace Slipway.Storage.Migrations;

/// <summary>Compares what a database has with what this program's modules need.</summary>
public static class SchemaVersions
{
    /// <summary>The one query that a start needs. The table is FluentMigrator's; a new database does not have it yet.</summary>
    public const string Sql = """select "Version" from "VersionInfo" """;

    /// <summary>True when a module's newest migration is missing.</summary>
    /// <param name="stored">The numbers that the database has.</param>
    /// <param name="parts">The modules whose tables are wanted.</param>
    /// <param name="place">The database, as people know it.</param>
    /// <param name="another">What to name instead, and how.</param>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.Conflict"/>: the data is newer than this program.</exception>
    public static bool IsBehind(IReadOnlyCollection<long> stored, IReadOnlyCollection<SchemaPart> parts, string place, string another)
    {
        var newestKnown = parts.Max(part => part.Latest);
        var newestStored = stored.DefaultIfEmpty().Max();

        return newestStored > newestKnown
            ? throw new SlipwayException(
                ErrorKind.Conflict,
                $"{place} was written by a newer Slipway (schema {newestStored}; this one knows up to {newestKnown}). Start it with that version, or name {another}.")
            : parts.Any(part => !stored.Contains(part.Latest));
    }
}
