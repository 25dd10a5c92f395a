using System.Data.Common;
using System.Globalization;

namespace Slipway.Tracking.Search;

/// <summary>One page of a search.</summary>
/// <param name="Ids">The numbers (column <c>id</c>) of what was found, in order.</param>
/// <param name="NextPageToken">What the next page is asked with, or null when this is the last.</param>
internal sealed record SearchPage(IReadOnlyList<long> Ids, string? NextPageToken)
{
    /// <summary>What the page before is asked with, backwards, or null when this is the first.</summary>
    public string? PreviousPageToken { get; init; }
}

/// <summary>
/// A search in MLflow's grammar, read and checked. <see cref="ForRuns"/> or <see cref="ForExperiments"/> throws one sentence (<see cref="Core.Errors.ErrorKind.InvalidInput"/>, with the
/// position) for whatever is wrong; <c>RunAsync</c> then finds one page:
/// <code>
/// var query = SearchQuery.ForRuns(experiments, request.Filter, request.OrderBy, ViewType.Active, request.MaxResults, request.PageToken);
/// var page = await database.ReadAsync(connection => query.RunAsync(connection, cancellationToken), cancellationToken);
/// </code>
/// It answers with numbers only: load what the caller asked for by them, in their order.
/// </summary>
internal sealed class SearchQuery
{
    /// <summary>The size of a page when none is asked for.</summary>
    public const int DefaultResults = 1000;

    /// <summary>The largest page.</summary>
    public const int MostResults = 50_000;

    /// <summary>Each is a parameter of the statement.</summary>
    public const int MostExperiments = 10_000;

    private readonly IReadOnlyList<object>? _place;
    private readonly int _maxResults;
    private readonly string _fingerprint;
    private readonly IReadOnlyList<string> _orderBy;

    private SearchQuery(
        FieldSet fields, IReadOnlyList<long>? scope, string? filter, IReadOnlyList<string> orderBy, ViewType view, int maxResults, string? pageToken, bool backwards)
    {
        if (maxResults is < 1 or > MostResults)
        {
            throw SearchError.Of(string.Create(CultureInfo.InvariantCulture, $"Invalid value for request parameter max_results. It must be at least 1 and at most {MostResults}, but got value {maxResults}."));
        }

        Fields = fields;
        Scope = scope;
        View = view;
        IsBackwards = backwards;
        Comparisons = FilterParser.Parse(filter, fields);
        Order = OrderParser.Parse(orderBy, fields);
        Keys = Directed([.. Order.SelectMany((term, i) => SortKey.Of(term, string.Create(CultureInfo.InvariantCulture, $"o{i}")))]);
        _maxResults = maxResults;
        _orderBy = orderBy;
        _fingerprint = PageToken.Fingerprint([fields.Table, string.Join(',', scope ?? []), filter ?? "", view.ToString(), .. orderBy]);
        _place = string.IsNullOrEmpty(pageToken) ? null : PageToken.Read(pageToken, _fingerprint, [.. Keys.Select(key => key.Type)]);
    }

    internal FieldSet Fields { get; }

    internal IReadOnlyList<long>? Scope { get; }

    internal ViewType View { get; }

    /// <summary>True when the page ends where the token stands, instead of beginning there.</summary>
    internal bool IsBackwards { get; }

    internal IReadOnlyList<Comparison> Comparisons { get; }

    internal IReadOnlyList<OrderTerm> Order { get; }

    /// <summary>What the result is sorted by; what a page token says the values of.</summary>
    internal IReadOnlyList<SortKey> Keys { get; }

    /// <summary>Runs of some experiments, by start (newest first) where <paramref name="orderBy"/> does not say.</summary>
    public static SearchQuery ForRuns(
        IReadOnlyCollection<long> experiments,
        string? filter,
        IReadOnlyList<string> orderBy,
        ViewType view,
        int maxResults = DefaultResults,
        string? pageToken = null,
        bool backwards = false)
    {
        long[] scope = [.. experiments.Distinct().Order()];
        return scope.Length <= MostExperiments
            ? For(SearchFields.Runs, scope, filter, orderBy, view, maxResults, pageToken, backwards)
            : throw SearchError.Of(string.Create(CultureInfo.InvariantCulture, $"A search takes at most {MostExperiments} experiments, but got {scope.Length}."));
    }

    /// <summary>Experiments, by creation (newest first) where <paramref name="orderBy"/> does not say.</summary>
    public static SearchQuery ForExperiments(
        string? filter, IReadOnlyList<string> orderBy, ViewType view, int maxResults = DefaultResults, string? pageToken = null, bool backwards = false) =>
        For(SearchFields.Experiments, scope: null, filter, orderBy, view, maxResults, pageToken, backwards);

    /// <summary>Things of any kind that a set of fields describes; <paramref name="scope"/> where the set has one.</summary>
    public static SearchQuery For(
        FieldSet fields, IReadOnlyList<long>? scope, string? filter, IReadOnlyList<string> orderBy, ViewType view, int maxResults, string? pageToken, bool backwards = false) =>
        new(fields, scope, filter, orderBy, view, maxResults, pageToken, backwards);

    /// <summary>Finds the page.</summary>
    public Task<SearchPage> RunAsync(DbConnection connection, CancellationToken cancellationToken) => RunAsync(connection, SearchPlan.Few, cancellationToken);

    /// <summary>Finds the page, where <paramref name="few"/> things may be sorted rather than walked: the answer is the same whatever it is.</summary>
    internal async Task<SearchPage> RunAsync(DbConnection connection, int few, CancellationToken cancellationToken)
    {
        if (Scope is [])
        {
            return new SearchPage([], null);
        }

        var found = await new SearchPlan(this, few).FindAsync(connection, _place, _maxResults, cancellationToken);
        var more = Token(found.End);
        return IsBackwards
            ? new SearchPage([.. found.Ids.Reverse()], Token(found.Begin)) { PreviousPageToken = more }
            : new SearchPage(found.Ids, more) { PreviousPageToken = _place is null ? null : Token(found.Begin) };
    }

    /// <summary>The token of the place where a run stands in the order, whether the search finds it or not; null when there is no such run.</summary>
    public async Task<string?> FindPlaceAsync(DbConnection connection, string runId, CancellationToken cancellationToken)
    {
        var filter = $"run_id = '{runId.Replace("'", "''", StringComparison.Ordinal)}'";
        var one = new SearchQuery(Fields, Scope, filter, _orderBy, ViewType.All, maxResults: 1, pageToken: null, backwards: false);
        return Token((await new SearchPlan(one, SearchPlan.Few).FindAsync(connection, place: null, most: 1, cancellationToken)).Begin);
    }

    /// <summary>Sort keys in the direction that the search goes.</summary>
    internal IReadOnlyList<SortKey> Directed(IReadOnlyList<SortKey> keys) => IsBackwards ? [.. keys.Select(key => key with { Descending = !key.Descending })] : keys;

    private string? Token(IReadOnlyList<object>? place) => place is null ? null : PageToken.Write(_fingerprint, place);
}
