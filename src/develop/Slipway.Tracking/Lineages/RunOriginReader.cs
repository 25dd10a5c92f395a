using Dapper;
using Slipway.Storage;
using Slipway.Storage.Sql;

namespace Slipway.Tracking.Lineages;

/// <summary>Reads what runs say of where they came from, of many runs at once: the tags of those that Slipway recorded, and the datasets that clients logged.</summary>
internal sealed class RunOriginReader(Database database)
{
    /// <summary>The dataset versions and commits of some runs.</summary>
    public async Task<IReadOnlyList<RunOrigin>> ListAsync(IReadOnlyList<string> runs, int limit, CancellationToken cancellationToken)
    {
        const string Tags = """
            select r.run_id, t.key, t.value from runs r join run_tags t on t.run = r.id
            where r.run_id in {0} and t.key in ('slipway.dataset.name', 'slipway.dataset.digest', 'mlflow.source.git.commit', 'slipway.git.dirty')
            order by r.id
            """;
        const string Inputs = """
            select r.run_id, s.name, s.digest from runs r join run_inputs i on i.run = r.id join datasets s on s.id = i.dataset
            where r.run_id in {0}
            order by r.id, i.dataset
            limit @limit
            """;

        var tags = await QueryAsync<(string Run, string Key, string Value)>(Tags, runs, limit, cancellationToken);
        var inputs = await QueryAsync<(string Run, string Name, string Digest)>(Inputs, runs, limit, cancellationToken);
        return
        [
            .. tags.GroupBy(tag => tag.Run).SelectMany(run => Read(run.Key, run.ToDictionary(tag => tag.Key, tag => tag.Value, StringComparer.Ordinal))),
            .. inputs.Select(input => new RunOrigin(input.Run, $"{input.Name}@{input.Digest}", null)),
        ];
    }

    /// <summary>The runs that used some dataset versions (<c>NAME@DIGEST</c>).</summary>
    public async Task<IReadOnlyList<RunOrigin>> ListOfDatasetsAsync(IReadOnlyList<string> datasets, int limit, CancellationToken cancellationToken)
    {
        const string Tags = """
            select r.run_id, n.value || '@' || d.value
            from run_tags d join runs r on r.id = d.run join run_tags n on n.run = d.run and n.key = 'slipway.dataset.name'
            where d.key = 'slipway.dataset.digest' and substr(d.value, 1, 64) in {0}
            limit @limit
            """;
        const string Inputs = """
            select r.run_id, s.name || '@' || s.digest from datasets s join run_inputs i on i.dataset = s.id join runs r on r.id = i.run
            where s.digest in {0}
            limit @limit
            """;

        var digests = datasets.Select(dataset => dataset[(dataset.LastIndexOf('@') + 1)..]).Distinct().ToList();
        var known = await QueryAsync<(string Run, string Dataset)>(Tags, digests, limit, cancellationToken);
        var inputs = await QueryAsync<(string Run, string Dataset)>(Inputs, digests, limit, cancellationToken);
        var wanted = datasets.ToHashSet(StringComparer.Ordinal);
        return [.. known.Concat(inputs).Distinct().Where(run => wanted.Contains(run.Dataset)).Select(run => new RunOrigin(run.Run, run.Dataset, null))];
    }

    /// <summary>The runs of some commits, each with <c>+dirty</c> where there were changes.</summary>
    public async Task<IReadOnlyList<RunOrigin>> ListOfCommitsAsync(IReadOnlyList<string> commits, int limit, CancellationToken cancellationToken)
    {
        const string Tags = """
            select r.run_id, c.value || case when d.value = 'true' then '+dirty' else '' end
            from run_tags c join runs r on r.id = c.run left join run_tags d on d.run = c.run and d.key = 'slipway.git.dirty'
            where c.key = 'mlflow.source.git.commit' and substr(c.value, 1, 64) in {0}
            limit @limit
            """;

        var wanted = commits.ToHashSet(StringComparer.Ordinal);
        var found = await QueryAsync<(string Run, string Commit)>(Tags, [.. commits.Select(commit => commit.Replace("+dirty", "", StringComparison.Ordinal)).Distinct()], limit, cancellationToken);
        return [.. found.Where(run => wanted.Contains(run.Commit)).Select(run => new RunOrigin(run.Run, null, run.Commit))];
    }

    /// <summary>What is known of some runs.</summary>
    public Task<IReadOnlyList<(string Id, string Name, string User, string Status, long StartedAt, long? DeletedAt, string Experiment)>> DescribeAsync(IReadOnlyList<string> runs, CancellationToken cancellationToken)
    {
        const string Sql = "select r.run_id, r.name, r.user_id, r.status, r.start_time, r.deleted_at, e.name from runs r join experiments e on e.id = r.experiment where r.run_id in {0} limit @limit";

        return QueryAsync<(string, string, string, string, long, long?, string)>(Sql, runs, int.MaxValue, cancellationToken);
    }

    /// <summary>The datasets that clients logged, by digest: name, digest, and where it came from.</summary>
    public Task<IReadOnlyList<(string Name, string Digest, string SourceType, string Source)>> ListDatasetsAsync(IReadOnlyList<string> digests, CancellationToken cancellationToken)
    {
        const string Sql = "select name, digest, source_type, substr(source, 1, 200) from datasets where digest in {0} order by id limit @limit";

        return QueryAsync<(string, string, string, string)>(Sql, digests, int.MaxValue, cancellationToken);
    }

    private static IEnumerable<RunOrigin> Read(string run, Dictionary<string, string> tags)
    {
        if (tags.TryGetValue("slipway.dataset.name", out var name) && tags.TryGetValue("slipway.dataset.digest", out var digest))
        {
            yield return new RunOrigin(run, $"{name}@{digest}", null);
        }

        if (tags.TryGetValue("mlflow.source.git.commit", out var commit))
        {
            yield return new RunOrigin(run, null, tags.GetValueOrDefault("slipway.git.dirty") == "true" ? $"{commit}+dirty" : commit);
        }
    }

    // Dapper would keep a text for each number of ids.
    private async Task<IReadOnlyList<T>> QueryAsync<T>(string sql, IReadOnlyList<string> values, int limit, CancellationToken cancellationToken)
    {
        if (values.Count == 0)
        {
            return [];
        }

        var (list, parameters) = SqlList.OfTexts(values, ("limit", limit));
        var text = sql.Replace("{0}", list, StringComparison.Ordinal);
        var command = new CommandDefinition(text, parameters, flags: CommandFlags.Buffered | CommandFlags.NoCache, cancellationToken: cancellationToken);
        return await database.ReadAsync<IReadOnlyList<T>>(async connection => [.. await connection.QueryAsync<T>(command)], cancellationToken);
    }
}

/// <summary>Something that a run came from: a dataset version or a commit.</summary>
internal sealed record RunOrigin(string Run, string? Dataset, string? Commit);
