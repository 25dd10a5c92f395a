using System.Globalization;
using System.Text.Json;
using Dapper;
using Slipway.Core;
using Slipway.Storage;

namespace Slipway.Monitoring.Profiles;

/// <summary>Reads and writes the <c>profiles</c> table: one row a bucket of a version, role and segment.</summary>
internal sealed class ProfileStore(Database database)
{
    private const string Columns = "bucket as Bucket, seconds as Seconds, version as Version, role as Role, segment as Segment, document as Document";

    /// <summary>A deployment's profiles of buckets that start from <paramref name="from"/> on and before <paramref name="to"/> (UTC ticks), oldest first.</summary>
    public Task<IReadOnlyList<StoredProfile>> ReadAsync(string deployment, long from, long to, CancellationToken cancellationToken)
    {
        const string Sql = $"""
            select {Columns} from profiles
            where deployment = @deployment and bucket >= @from and bucket < @to
            order by bucket, seconds
            """;

        return QueryAsync(Sql, new { deployment, from = Text(from), to = Text(to) }, cancellationToken);
    }

    /// <summary>The newest <paramref name="limit"/> profiles of all requests (no segments) in a stretch of time, oldest first.</summary>
    public Task<IReadOnlyList<StoredProfile>> ReadNewestAsync(string deployment, DateTimeOffset? from, DateTimeOffset? to, int limit, CancellationToken cancellationToken)
    {
        const string Sql = $"""
            select * from (
                select {Columns} from profiles
                where deployment = @deployment and segment = '' and (@from is null or bucket >= @from) and (@to is null or bucket < @to)
                order by bucket desc, seconds desc, version desc, role desc
                limit @limit) newest
            order by Bucket, Seconds, Version, Role
            """;

        var parameters = new { deployment, from = from is { } f ? StoredTime.Format(f) : null, to = to is { } t ? StoredTime.Format(t) : null, limit };
        return QueryAsync(Sql, parameters, cancellationToken);
    }

    /// <summary>The segments that any of a deployment's profiles has.</summary>
    public Task<IReadOnlyList<string>> ListSegmentsAsync(string deployment, CancellationToken cancellationToken)
    {
        const string Sql = "select distinct segment from profiles where deployment = @deployment and segment <> ''";

        return database.ReadAsync<IReadOnlyList<string>>(
            async connection => [.. await connection.QueryAsync<string>(new CommandDefinition(Sql, new { deployment }, cancellationToken: cancellationToken))], cancellationToken);
    }

    /// <summary>Saves a bucket's profile as it is now.</summary>
    public static Task SaveAsync(WriteTransaction transaction, string deployment, ProfileKey key, WindowProfile profile)
    {
        const string Sql = """
            insert into profiles (deployment, bucket, seconds, version, role, segment, document, predictions, unrecorded, last_at)
            values (@deployment, @bucket, @seconds, @Version, @Role, @Segment, @document, @predictions, @unrecorded, @last_at)
            on conflict (deployment, bucket, seconds, version, role, segment) do update
            set document = excluded.document, predictions = excluded.predictions, unrecorded = excluded.unrecorded, last_at = excluded.last_at
            """;

        var parameters = new
        {
            deployment,
            bucket = Text(key.Start),
            seconds = key.Length / TimeSpan.TicksPerSecond,
            key.Version,
            key.Role,
            key.Segment,
            document = JsonSerializer.Serialize(profile.Save(), SlipwayJson.Options),
            predictions = profile.Rows,
            unrecorded = (long)Math.Round(profile.Unrecorded.Rows),
            last_at = profile.LastAt,
        };
        return transaction.ExecuteAsync(Sql, parameters);
    }

    private Task<IReadOnlyList<StoredProfile>> QueryAsync(string sql, object parameters, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<StoredProfile>>(
        async connection =>
        {
            var rows = await connection.QueryAsync<Row>(new CommandDefinition(sql, parameters, cancellationToken: cancellationToken));
            return [.. rows.Select(row => row.ToProfile())];
        },
        cancellationToken);

    private static string Text(long ticks) => new DateTime(Math.Clamp(ticks, 0, DateTime.MaxValue.Ticks), DateTimeKind.Utc).ToString("O", CultureInfo.InvariantCulture);

    private sealed record Row
    {
        public required string Bucket { get; init; }

        public required long Seconds { get; init; }

        public required string Version { get; init; }

        public required string Role { get; init; }

        public required string Segment { get; init; }

        public required string Document { get; init; }

        public StoredProfile ToProfile() => new(
            new ProfileKey(Version, Role, Segment, StoredTime.Parse(Bucket).UtcTicks, Seconds * TimeSpan.TicksPerSecond),
            JsonSerializer.Deserialize<ProfileData>(Document, SlipwayJson.Options)!);
    }
}

/// <summary>A profile with what it is of.</summary>
internal sealed record StoredProfile(ProfileKey Key, ProfileData Data);

/// <summary>What a profile is of.</summary>
/// <param name="Version">The version.</param>
/// <param name="Role"><c>stable</c>, <c>candidate</c> or <c>previous</c>.</param>
/// <param name="Segment">Empty for all requests, else <c>workingday=1</c>.</param>
/// <param name="Start">The bucket's start, UTC ticks.</param>
/// <param name="Length">Its length in ticks.</param>
internal sealed record ProfileKey(string Version, string Role, string Segment, long Start, long Length)
{
    /// <summary>The bucket's end, UTC ticks.</summary>
    public long End => Start + Length;
}
