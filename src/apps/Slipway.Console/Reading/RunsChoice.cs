using Slipway.Tracking.Reading;

namespace Slipway.Console.Reading;

/// <summary>What is shown of an experiment's runs; all of it stands in the page's address, so that a link shows the same.</summary>
public sealed record RunsChoice
{
    /// <summary>The most columns of values: each is read for every run of the page.</summary>
    public const int MostColumns = 40;

    /// <summary>The filter as it was written, right or wrong.</summary>
    public string Filter { get; init; } = "";

    /// <summary>The column that the runs are sorted by; null for the newest first.</summary>
    public RunColumn? Order { get; init; }

    /// <summary>True for the largest first.</summary>
    public bool IsDescending { get; init; }

    /// <summary>The columns; null for the usual ones.</summary>
    public IReadOnlyList<RunColumn>? Columns { get; init; }

    /// <summary>Which runs; null for the active ones, of a deleted experiment for all.</summary>
    public Shown? Shown { get; init; }

    /// <summary>Where the page is.</summary>
    public PagePlace Place { get; init; } = PagePlace.First;

    /// <summary>Reads what an address says. A filter, an order and a place are taken as they are, for the search to judge.</summary>
    public static RunsChoice Read(string? filter, string? order, IReadOnlyList<string>? columns, string? view, string? after, string? before)
    {
        var descending = order?.StartsWith('-') == true;
        var name = descending ? order![1..] : order;
        return new RunsChoice
        {
            Filter = filter?.Trim() ?? "",
            Order = name is { Length: > 0 } ? RunColumn.Read(name) : null,
            IsDescending = descending,

            // A form without any box ticked says that no columns are wanted by one that is empty.
            Columns = columns is { Count: > 0 }
                ? [.. columns.Where(c => c.Length > 0).Distinct().Select(RunColumn.Read).Where(c => c.Value is not null || RunColumn.Own.Contains(c)).Take(MostColumns)]
                : null,
            Shown = Enum.TryParse<Shown>(view, ignoreCase: true, out var shown) && Enum.IsDefined(shown) ? shown : null,
            Place = before is { Length: > 0 } ? new PagePlace(before, Backwards: true) : after is { Length: > 0 } ? new PagePlace(after, Backwards: false) : PagePlace.First,
        };
    }

    /// <summary>The address of an experiment's runs with this choice.</summary>
    public string Address(string experiment)
    {
        var query = string.Join('&', Parts().Select(part => $"{part.Name}={Uri.EscapeDataString(part.Value)}"));
        return $"experiments/{Uri.EscapeDataString(experiment)}{(query.Length > 0 ? "?" + query : "")}";
    }

    /// <summary>The choice as the fields of an address, in a fixed order; what is as usual is left out.</summary>
    public IEnumerable<(string Name, string Value)> Parts()
    {
        if (Filter.Length > 0)
        {
            yield return ("filter", Filter);
        }

        if (Order is not null)
        {
            yield return ("order", IsDescending ? $"-{Order.Name}" : Order.Name);
        }

        foreach (var column in Columns is { Count: 0 } ? [""] : Columns?.Select(c => c.Name) ?? [])
        {
            yield return ("column", column);
        }

        if (Shown is { } shown)
        {
            yield return ("view", shown.ToString().ToLowerInvariant());
        }

        if (Place.Token is { } token)
        {
            yield return (Place.Backwards ? "before" : "after", token);
        }
    }

    /// <summary>The same from its first page on, which is where every other choice begins.</summary>
    public RunsChoice AtStart() => this with { Place = PagePlace.First };

    /// <summary>Sorted by a column, the other way round where it is already.</summary>
    public RunsChoice SortedBy(RunColumn column) => AtStart() with { Order = column, IsDescending = Direction(column) is { } now ? !now : column.IsDescendingFirst };

    /// <summary>How a column is sorted: true for the largest first, null where the order is another one's.</summary>
    public bool? Direction(RunColumn column) => (Order ?? RunColumn.Started) == column ? Order is null || IsDescending : null;
}
