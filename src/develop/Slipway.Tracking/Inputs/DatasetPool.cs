using System.Globalization;
using Dapper;
using Slipway.Storage;

namespace Slipway.Tracking.Inputs;

/// <summary>
/// The datasets of some runs, in the order in which they are written: read many at once, and no more than a few megabytes at a time, since a profile may have 16 million characters and a page
/// 50,000 runs. A dataset that many runs share is mostly read once.
/// </summary>
internal sealed class DatasetPool(Database database, IReadOnlyList<DatasetUse> uses)
{
    private const long MostCharacters = 4_000_000;

    private readonly Dictionary<long, Dataset> _read = [];
    private int _next;
    private long _written;

    /// <summary>The next dataset; null when it is not there any more.</summary>
    public async Task<Dataset?> NextAsync(CancellationToken cancellationToken)
    {
        var id = uses[_next].Dataset;
        if (!_read.ContainsKey(id))
        {
            await ReadAsync(cancellationToken);
        }

        _next++;
        return _read.GetValueOrDefault(id);
    }

    /// <summary>Counts what was written, and says when that is enough to be sent.</summary>
    public bool IsDue(long characters)
    {
        _written += characters;
        var due = _written >= MostCharacters;
        _written = due ? 0 : _written;
        return due;
    }

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        var ids = new HashSet<long>();
        var characters = 0L;
        foreach (var use in uses.Skip(_next))
        {
            if (ids.Count > 0 && characters + use.Size > MostCharacters)
            {
                break;
            }

            characters += ids.Add(use.Dataset) ? use.Size : 0;
        }

        _read.Clear();
        var list = string.Join(',', ids.Select(id => id.ToString(CultureInfo.InvariantCulture)));
        var sql = $"select id, name, digest, source_type, source, schema, profile from datasets where id in ({list})";
        await database.ReadAsync(
            async connection =>
            {
                // Dapper would keep each text, and these are all different.
                await using var reader = await connection.ExecuteReaderAsync(new CommandDefinition(sql, flags: CommandFlags.NoCache, cancellationToken: cancellationToken));
                while (await reader.ReadAsync(cancellationToken))
                {
                    _read[reader.GetInt64(0)] = new Dataset(reader.GetString(1), reader.GetString(2), reader.GetString(3), reader.GetString(4), Text(5), Text(6));

                    string? Text(int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
                }

                return _read.Count;
            },
            cancellationToken);
    }
}
