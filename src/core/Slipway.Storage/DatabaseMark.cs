using Slipway.Core.Errors;
using Slipway.Storage.Files;

namespace Slipway.Storage;

/// <summary>
/// Says in the data folder which database its files belong to, where that is not the SQLite file beside them. A folder with another's database would still open, but a purge would delete every
/// file that this database does not know.
/// </summary>
public sealed class DatabaseMark(DataFolder folder)
{
    private string Mark => folder.Of("slipway.database");

    /// <summary>Throws when the folder has its metadata in SQLite.</summary>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.Conflict"/>.</exception>
    public void DemandNoSqlite()
    {
        if (File.Exists(folder.Of("slipway.db")))
        {
            throw new SlipwayException(
                ErrorKind.Conflict, $"The data folder {folder.Path} has its metadata in SQLite (slipway.db). Leave --database out, or name a new folder with --data.");
        }
    }

    /// <summary>Makes the folder this database's, or throws when it is another's.</summary>
    /// <param name="identity">What the database is known by for ever, whatever its address.</param>
    /// <param name="address">Its address, as it may be shown.</param>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.Conflict"/>: the folder belongs to another database.</exception>
    public void Claim(string identity, string address) => DiskErrors.Guard(Mark, () =>
    {
        if (!File.Exists(Mark))
        {
            PrivateFiles.WriteText(Mark, $"{identity}\n{address}\n");
        }
        else if (File.ReadAllLines(Mark) is [var known, var last, ..] && known != identity)
        {
            throw new SlipwayException(
                ErrorKind.Conflict, $"The data folder {folder.Path} belongs to another database than {address}: it was first used with {last}. Name that one with --database, or a new folder with --data.");
        }
    });

    /// <summary>Throws when the folder belongs to a database that is not SQLite.</summary>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.Conflict"/>.</exception>
    internal void DemandNone()
    {
        if (File.Exists(Mark))
        {
            var address = DiskErrors.Guard(Mark, () => File.ReadAllLines(Mark)).ElementAtOrDefault(1);
            throw new SlipwayException(ErrorKind.Conflict, $"The data folder {folder.Path} belongs to the database {address}. Name it with --database, or another folder with --data.");
        }
    }
}
