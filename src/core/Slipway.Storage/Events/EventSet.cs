using FluentMigrator;

namespace Slipway.Storage.Events;

/// <summary>
/// Types of events that a module reads by subject and time among many others: those that change a deployment's roles, among its thousands of outcomes and alerts. A set has an index of its own, which holds
/// nothing but its events, so other modules' events cost it nothing.
/// </summary>
public sealed class EventSet
{
    private readonly string _index;

    /// <summary>A set of types.</summary>
    /// <param name="index">The name of its index.</param>
    /// <param name="types">The events' types: names of records, so that they may stand in SQL as they are.</param>
    public EventSet(string index, params IReadOnlyList<string> types)
    {
        (_index, Types) = (index, types);
        if (types.Any(type => !type.All(char.IsAsciiLetterOrDigit)))
        {
            throw new ArgumentException("A type of an event is the name of a record.", nameof(types));
        }

        // A database uses an index of some rows only for the very condition that made it, so both have it from here, and with the names in it.
        Condition = $"type in ({string.Join(", ", types.Select(type => $"'{type}'"))})";
    }

    /// <summary>The types.</summary>
    public IReadOnlyList<string> Types { get; }

    internal string Condition { get; }

    /// <summary>Makes the set's index; call it in a migration of the module whose set it is.</summary>
    public void CreateIndex(Migration migration)
    {
        ArgumentNullException.ThrowIfNull(migration);
        migration.Execute.Sql($"create index {_index} on events (subject, position, at, type) where {Condition}");
    }

    /// <summary>Drops the set's index.</summary>
    public void DropIndex(Migration migration)
    {
        ArgumentNullException.ThrowIfNull(migration);
        migration.Execute.Sql($"drop index {_index}");
    }
}
