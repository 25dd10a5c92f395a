using System.Globalization;

namespace Slipway.Serving.Repository.Folder;

/// <summary>A folder's model as the repository's index shows it.</summary>
internal static class FolderIndex
{
    /// <summary>One entry a version: those that answer, the highest first, then those that do not; one without a version where none is known.</summary>
    public static IEnumerable<RepositoryModel> Of(string name, EntryState state)
    {
        var listed = state.Versions
            .Select(v => new RepositoryModel(name, Text(v.Number), RepositoryModelState.Ready, "") { LoadTime = v.LoadTime, Bytes = v.Bytes })
            .Concat(state.Failures
                .Where(f => !state.Versions.Any(v => v.Number == f.Key))
                .OrderByDescending(f => f.Key)
                .Select(f => new RepositoryModel(name, Text(f.Key), RepositoryModelState.Unavailable, f.Value)))
            .ToList();
        var isLoading = state is { Loading.IsCompleted: false, Served: null };
        return isLoading ? [new RepositoryModel(name, "", RepositoryModelState.Loading, "")]
            : listed.Count > 0 ? listed
            : [new RepositoryModel(name, "", RepositoryModelState.Unavailable, state.Reason)];
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
