namespace Slipway.Mlflow.Search;

/// <summary>A dataset that metrics were measured on.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Digest">Its digest; null for any.</param>
public sealed record MetricDataset(string Name, string? Digest);

/// <summary>
/// How a table is searched in which a thing may have several rows of one key, as a logged model has a metric once for each run and dataset: a condition holds when it holds for one of the rows
/// that count; an order goes by the newest of them.
/// </summary>
/// <param name="Newest">Columns that say which of two rows is the newer, and which no two rows of a key have alike.</param>
/// <param name="Datasets">The datasets whose rows count; none for all rows.</param>
public sealed record SeveralRows(IReadOnlyList<string> Newest, IReadOnlyList<MetricDataset> Datasets)
{
    /// <summary>The further condition, with its <c>and</c>, that a row counts.</summary>
    internal string AndCounts(string row, SqlParameters parameters)
    {
        var datasets = Datasets.Select(dataset => dataset.Digest is null
            ? $"{row}.dataset_name = {parameters.Add(dataset.Name)}"
            : $"({row}.dataset_name = {parameters.Add(dataset.Name)} and {row}.dataset_digest = {parameters.Add(dataset.Digest)})");
        return Datasets.Count == 0 ? "" : $" and ({string.Join(" or ", datasets)})";
    }

    /// <summary>The table with one row for each key of a thing: the newest that counts. It is one plain select, which a database merges into the join around it.</summary>
    internal string NewestOf(KeyedTable table, SqlParameters parameters)
    {
        var sameKey = $"m.{table.Owner} = n.{table.Owner} and m.key = n.key{AndCounts("m", parameters)}";
        return $"""
            (select n.* from {table.Name} n
            where not exists (select 1 from {table.Name} m where {sameKey} and ({Columns("m")}) > ({Columns("n")})){AndCounts("n", parameters)})
            """;
    }

    private string Columns(string row) => string.Join(", ", Newest.Select(column => $"{row}.{column}"));
}
