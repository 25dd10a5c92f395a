using FluentMigrator;
using Slipway.Storage;
using Slipway.Storage.Events;

namespace Slipway.Core.Tests.Storage;

/// <summary>A small module of its own, as the compliance suites see one: a table, its migration, its event.</summary>
internal static class Notes
{
    public static SchemaPart Part { get; } = new(typeof(Notes).Assembly, M2026112409_Notes.Number);

    public static Task<long> WriteAsync(this Database database, string text, CancellationToken cancellationToken) => database.WriteAsync(
        async transaction =>
        {
            await transaction.ExecuteAsync("insert into notes (text) values (@text)", new { text });
            return await transaction.AppendAsync(new NoteWritten(text, Actor.Local));
        },
        cancellationToken);
}

internal sealed record NoteWritten(string Text, Actor Actor) : IEvent
{
    public string Subject => $"note/{Text}";
}

[Migration(Number)]
internal sealed class M2026112409_Notes : Migration
{
    public const long Number = 2026112409;

    public override void Up() => Create.Table("notes").WithColumn("text").AsString().PrimaryKey();

    public override void Down() => Delete.Table("notes");
}
