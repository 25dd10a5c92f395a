using System.Globalization;

namespace Slipway.Tracking.Search;

/// <summary>Searches in tracking.</summary>
internal static class TrackingSearch
{
    /// <summary>Each is a parameter of the statement.</summary>
    public const int MostExperiments = 10_000;

    extension(SearchQuery)
    {
        /// <summary>Runs of some experiments, by start (newest first) where <paramref name="orderBy"/> does not say.</summary>
        public static SearchQuery ForRuns(
            IReadOnlyCollection<long> experiments,
            string? filter,
            IReadOnlyList<string> orderBy,
            ViewType view,
            int maxResults = SearchQuery.DefaultResults,
            string? pageToken = null,
            bool backwards = false) => SearchQuery.For(SearchFields.Runs, ScopeOf(experiments), filter, orderBy, view, maxResults, pageToken, backwards);

        /// <summary>Some experiments as the scope of a search.</summary>
        public static IReadOnlyList<long> ScopeOf(IReadOnlyCollection<long> experiments)
        {
            long[] scope = [.. experiments.Distinct().Order()];
            return scope.Length <= MostExperiments
                ? scope
                : throw SearchError.Of(string.Create(CultureInfo.InvariantCulture, $"A search takes at most {MostExperiments} experiments, but got {scope.Length}."));
        }

        /// <summary>Experiments, by creation (newest first) where <paramref name="orderBy"/> does not say.</summary>
        public static SearchQuery ForExperiments(
            string? filter, IReadOnlyList<string> orderBy, ViewType view, int maxResults = SearchQuery.DefaultResults, string? pageToken = null, bool backwards = false) =>
            SearchQuery.For(SearchFields.Experiments, scope: null, filter, orderBy, view, maxResults, pageToken, backwards);
    }
}
