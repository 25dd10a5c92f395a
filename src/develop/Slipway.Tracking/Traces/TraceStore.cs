using Slipway.Core.Errors;
using Slipway.Storage;
using Slipway.Tracking.Experiments;
using Slipway.Tracking.Traces.Assessments;

namespace Slipway.Tracking.Traces;

/// <summary>Writes <c>traces</c> with their tags and metadata, in the transaction that each change is given.</summary>
internal static class TraceStore
{
    private static readonly Statement FindOne = new($"select {TraceColumns.Names} from traces r where r.trace_id = @trace_id");

    private static readonly Statement Insert = new("""
        insert into traces (trace_id, experiment, client_request_id, request_time, duration, end_time, state, request_preview, response_preview, is_told)
        values (@trace_id, @experiment, @client_request_id, @request_time, @duration, @end_time, @state, @request_preview, @response_preview, @is_told)
        returning id
        """);

    private static readonly Statement Update = new("""
        update traces set client_request_id = @client_request_id, request_time = @request_time, duration = @duration, end_time = @end_time, state = @state,
            request_preview = @request_preview, response_preview = @response_preview, is_told = @is_told
        where id = @id
        """);

    private static readonly Statement UpsertTag = new("""
        insert into trace_tags (trace, key, experiment, value) values (@trace, @key, @experiment, @value)
        on conflict (trace, key) do update set value = excluded.value
        """);

    private static readonly Statement UpsertMetadata = new("""
        insert into trace_metadata (trace, key, experiment, value) values (@trace, @key, @experiment, @value)
        on conflict (trace, key) do update set value = excluded.value
        """);

    private static readonly Statement InsertTag = new("""
        insert into trace_tags (trace, key, experiment, value) values (@trace, @key, @experiment, @value)
        on conflict (trace, key) do nothing
        """);

    private static readonly Statement InsertRun = new("""
        insert into trace_runs (trace, run_id, experiment, is_source) values (@trace, @run_id, @experiment, @is_source)
        on conflict (trace, run_id) do update set is_source = case when excluded.is_source = 1 then 1 else trace_runs.is_source end
        """);

    private static readonly Statement RemoveSourceRun = new("delete from trace_runs where trace = @trace and is_source = 1");

    private static readonly Statement FindTag = new("select value from trace_tags where trace = @trace and key = @key");

    private static readonly Statement RemoveTag = new("delete from trace_tags where trace = @trace and key = @key");

    public static async Task<Trace?> FindAsync(WriteTransaction transaction, string traceId) =>
        (await transaction.QueryAsync(FindOne, TraceColumns.Read, traceId)) is [var trace] ? trace : null;

    /// <exception cref="SlipwayException"><see cref="ErrorKind.NotFound"/>.</exception>
    public static async Task<Trace> GetAsync(WriteTransaction transaction, string traceId) => await FindAsync(transaction, traceId) ?? throw Trace.NotFound(traceId);

    /// <summary>
    /// Keeps a trace as its client tells it. What its spans showed before gives way, what is not told stays. The same once more changes nothing, so a client that repeats a request whose
    /// answer it lost does no harm.
    /// </summary>
    public static async Task TellAsync(WriteTransaction transaction, TraceContent told, Experiment experiment)
    {
        var known = (await FindAsync(transaction, told.Trace.TraceId))?.DemandIn(experiment);
        var trace = known is null
            ? await AddAsync(transaction, told.Trace, experiment)
            : await SaveAsync(transaction, known.With(told.Trace, told.IsTimeTold));
        await SetTagsAsync(transaction, trace, told.Tags);
        await SetMetadataAsync(transaction, trace, told.Metadata);
        if (known is not { IsTold: true })
        {
            foreach (var assessment in told.Assessments)
            {
                await AssessmentStore.AddAsync(transaction, trace, assessment);
            }
        }
    }

    /// <summary>A new trace, which knows where its files shall lie.</summary>
    public static async Task<Trace> AddAsync(WriteTransaction transaction, Trace trace, Experiment experiment)
    {
        var id = await transaction.QueryAsync(
            Insert,
            row => row.GetInt64(0),
            trace.TraceId,
            trace.Experiment,
            trace.ClientRequestId,
            trace.RequestTime,
            trace.Duration,
            trace.EndTime,
            TraceColumns.State(trace.State),
            trace.RequestPreview,
            trace.ResponsePreview,
            trace.IsTold ? 1L : 0L);
        var added = trace with { Id = id[0] };
        await SetTagsAsync(transaction, added, [new Tag(TraceKeys.ArtifactLocation, Trace.ArtifactLocation(experiment, trace.TraceId))]);
        return added;
    }

    public static async Task<Trace> SaveAsync(WriteTransaction transaction, Trace trace)
    {
        await transaction.ExecuteAsync(
            Update,
            trace.ClientRequestId,
            trace.RequestTime,
            trace.Duration,
            trace.EndTime,
            TraceColumns.State(trace.State),
            trace.RequestPreview,
            trace.ResponsePreview,
            trace.IsTold ? 1L : 0L,
            trace.Id);
        return trace;
    }

    public static async Task SetTagsAsync(WriteTransaction transaction, Trace trace, IEnumerable<Tag> tags)
    {
        foreach (var (key, value) in tags)
        {
            await transaction.ExecuteAsync(UpsertTag, trace.Id, key, trace.Experiment, value);
        }
    }

    /// <summary>Sets those tags that the trace has not.</summary>
    public static async Task AddTagsAsync(WriteTransaction transaction, Trace trace, IEnumerable<Tag> tags)
    {
        foreach (var (key, value) in tags)
        {
            await transaction.ExecuteAsync(InsertTag, trace.Id, key, trace.Experiment, value);
        }
    }

    public static async Task SetMetadataAsync(WriteTransaction transaction, Trace trace, IEnumerable<Tag> metadata)
    {
        foreach (var (key, value) in metadata)
        {
            await transaction.ExecuteAsync(UpsertMetadata, trace.Id, key, trace.Experiment, value);
            if (key == TraceKeys.SourceRun)
            {
                await transaction.ExecuteAsync(RemoveSourceRun, trace.Id);
                await transaction.ExecuteAsync(InsertRun, trace.Id, value, trace.Experiment, 1L);
            }
        }
    }

    /// <summary>Lets a search for a run's traces find this one too; again, it changes nothing.</summary>
    public static Task LinkAsync(WriteTransaction transaction, Trace trace, string runId) => transaction.ExecuteAsync(InsertRun, trace.Id, runId, trace.Experiment, 0L);

    public static async Task<string?> FindTagAsync(WriteTransaction transaction, Trace trace, string key) =>
        (await transaction.QueryAsync(FindTag, row => row.GetString(0), trace.Id, key)) is [var value] ? value : null;

    public static async Task DeleteTagAsync(WriteTransaction transaction, Trace trace, string key)
    {
        if (await transaction.ExecuteAsync(RemoveTag, trace.Id, key) == 0)
        {
            throw new SlipwayException(ErrorKind.NotFound, $"No trace tag with key '{key}' for trace with ID '{trace.TraceId}'");
        }
    }
}
