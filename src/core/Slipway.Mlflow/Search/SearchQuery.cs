using System.Data.Common;
using System.Globalization;

namespace Slipway.Mlflow.Search;

/// <summary>One page of a search.</summary>
/// <param name="Ids">The numbers (column <c>id</c>) of what was found, in order.</param>
/// <param name="NextPageToken">What the next page is asked with, or null when this is the last.</param>
public sealed record SearchPage(IReadOnlyList<long> Ids, string? NextPageToken)
{
    /// <summary>What the page before is asked with, backwards, or null when this is the first.</summary>
    public string? PreviousPageToken { get; init; }
}

/// <summary>
/// A search in MLflow's grammar, read and checked. <c>For</c> throws one sentence (<see cref="Core.Errors.ErrorKind.InvalidInput"/>, with the
/// position) for whatever is wrong; <c>RunAsync</c> then finds one page:
/// <code>
/// var query = SearchQuery.For(fields, scope, request.Filter, request.OrderBy, ViewType.Active, request.MaxResults, request.PageToken);
/// var page = await database.ReadAsync(connection => query.RunAsync(connection, cancellationToken), cancellationToken);
/// </code>
/// It answers with numbers only: load what the caller asked for by them, in their order.
/// </summary>
public sealed class SearchQuery
{
    /// <summary>The size of a page when none is asked for.</summary>
    public const int DefaultResults = 1000;

    /// <summary>The largest page, where the things searched say no other.</summary>
    public const int MostResults = 50_000;

    private readonly IReadOnlyList<object>? _place;
    private readonly int _maxResults;
    private readonly string _fingerprint;

    private SearchQuery(
        FieldSet fields,
        IReadOnlyList<long>? scope,
        IReadOnlyList<Comparison> comparisons,
        IReadOnlyList<OrderTerm> order,
        ViewType view,
        int maxResults,
        string? pageToken,
        IEnumerable<string> said,
        bool backwards)
    {
        if (maxResults < 1 || maxResults > fields.MostResults)
        {
            throw SearchError.Of(string.Create(CultureInfo.InvariantCulture, $"Invalid value for request parameter max_results. It must be at least 1 and at most {fields.MostResults}, but got value {maxResults}."));
        }

        Fields = fields;
        Scope = scope;
        View = view;
        Comparisons = comparisons;
        Order = order;
        IsBackwards = backwards;
        Keys = Directed([.. Order.SelectMany((term, i) => SortKey.Of(term, string.Create(CultureInfo.InvariantCulture, $"o{i}")))]);
        _maxResults = maxResults;
        _fingerprint = PageToken.Fingerprint([fields.Table, string.Join(',', scope ?? []), view.ToString(), .. said]);
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

    /// <summary>Things of any kind that a set of fields describes; <paramref name="scope"/> where the set has one.</summary>
    public static SearchQuery For(
        FieldSet fields, IReadOnlyList<long>? scope, string? filter, IReadOnlyList<string> orderBy, ViewType view, int maxResults, string? pageToken, bool backwards = false) =>
        For(fields, scope, FilterParser.Parse(filter, fields), OrderParser.Parse(orderBy, fields), view, maxResults, pageToken, [filter ?? "", .. orderBy], backwards);

    /// <summary>As the other, where conditions and order were read before; <paramref name="said"/> is what they were read from, to which page tokens are bound.</summary>
    public static SearchQuery For(
        FieldSet fields,
        IReadOnlyList<long>? scope,
        IReadOnlyList<Comparison> comparisons,
        IReadOnlyList<OrderTerm> order,
        ViewType view,
        int maxResults,
        string? pageToken,
        IEnumerable<string> said,
        bool backwards = false) => new(fields, scope, comparisons, order, view, maxResults, pageToken, said, backwards);

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

    /// <summary>The token of the place in the order where the first thing stands that passes another filter, whether this search finds it or not; null when none passes.</summary>
    public async Task<string?> FindPlaceAsync(DbConnection connection, string filter, CancellationToken cancellationToken)
    {
        var one = new SearchQuery(Fields, Scope, FilterParser.Parse(filter, Fields), Order, ViewType.All, maxResults: 1, pageToken: null, said: [], backwards: false);
        return Token((await new SearchPlan(one, SearchPlan.Few).FindAsync(connection, place: null, most: 1, cancellationToken)).Begin);
    }

    /// <summary>Sort keys in the direction that the search goes.</summary>
    internal IReadOnlyList<SortKey> Directed(IReadOnlyList<SortKey> keys) => IsBackwards ? [.. keys.Select(key => key with { Descending = !key.Descending })] : keys;

    private string? Token(IReadOnlyList<object>? place) => place is null ? null : PageToken.Write(_fingerprint, place);
}
