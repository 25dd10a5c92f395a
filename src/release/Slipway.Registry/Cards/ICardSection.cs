namespace Slipway.Registry.Cards;

/// <summary>
/// Writes one section of model cards. Modules of later stages register theirs, so that a card tells of data, deployments and monitoring without the registry knowing them. It is asked anew for
/// every card, so it answers within milliseconds; what it throws as a <see cref="Core.Errors.SlipwayException"/> stands in the card in the section's place.
/// </summary>
public interface ICardSection
{
    /// <summary>The section's name in JSON, such as <c>data</c>.</summary>
    string Name { get; }

    /// <summary>Its heading.</summary>
    string Title { get; }

    /// <summary>Its place among the others; see <see cref="CardOrder"/>.</summary>
    int Order { get; }

    /// <summary>What is known, or null where this has nothing to say about the version.</summary>
    Task<CardSection?> ReadAsync(ModelVersion version, CancellationToken cancellationToken);
}

/// <summary>Where sections and written parts stand in a card.</summary>
public static class CardOrder
{
    /// <summary>What it is for and whose it is.</summary>
    public const int Purpose = 10;

    /// <summary>Which version this is.</summary>
    public const int Version = 20;

    /// <summary>What people wrote about its use.</summary>
    public const int Use = 30;

    /// <summary>The data it learned from.</summary>
    public const int Data = 50;

    /// <summary>How it was made.</summary>
    public const int Recipe = 60;

    /// <summary>How it performs.</summary>
    public const int Metrics = 80;

    /// <summary>What it was judged by.</summary>
    public const int Gates = 90;

    /// <summary>Where it is weak.</summary>
    public const int Limits = 120;

    /// <summary>What was decided about it.</summary>
    public const int Decisions = 150;

    /// <summary>Where it runs.</summary>
    public const int Deployments = 160;

    /// <summary>What happened there.</summary>
    public const int Production = 170;
}

/// <summary>A section of a card: facts, then tables, then sentences. Values are texts, numbers, moments or null; JSON has them as such.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Title">Its heading.</param>
public sealed record CardSection(string Name, string Title)
{
    /// <summary>Its place among the others.</summary>
    public int Order { get; init; }

    /// <summary>Single facts.</summary>
    public IReadOnlyList<CardFact> Facts { get; init; } = [];

    /// <summary>Tables.</summary>
    public IReadOnlyList<CardTable> Tables { get; init; } = [];

    /// <summary>Sentences, such as what is not known.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>True when there is nothing in it.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool IsEmpty => Facts.Count + Tables.Count + Notes.Count == 0;
}

/// <summary>A fact.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Value">A text, number, moment or null.</param>
public sealed record CardFact(string Name, object? Value);

/// <summary>A table.</summary>
/// <param name="Title">What it shows.</param>
/// <param name="Columns">The columns' headings.</param>
/// <param name="Rows">The rows, each of as many values as there are columns.</param>
public sealed record CardTable(string Title, IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<object?>> Rows);
