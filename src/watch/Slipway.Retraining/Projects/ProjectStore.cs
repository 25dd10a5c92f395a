using Dapper;
using Slipway.Core;
using Slipway.Storage;

namespace Slipway.Retraining.Projects;

/// <summary>Reads and writes the <c>projects</c> table.</summary>
internal sealed class ProjectStore(Database database)
{
    private const string Columns = "model as Model, yaml as Yaml, folder as Folder, applied_at as AppliedAt, applied_by as AppliedBy";

    /// <summary>Saves the project unless the stored one says the same; returns what is stored now.</summary>
    public Task<Project> SaveAsync(Project project, Actor actor, CancellationToken cancellationToken)
    {
        const string Upsert = """
            insert into projects (model, yaml, folder, applied_at, applied_by) values (@Model, @Yaml, @Folder, @AppliedAt, @AppliedBy)
            on conflict (model) do update set yaml = excluded.yaml, folder = excluded.folder, applied_at = excluded.applied_at, applied_by = excluded.applied_by
            """;

        return database.WriteAsync(
            async transaction =>
            {
                var stored = await transaction.QuerySingleOrDefaultAsync<Row>($"select {Columns} from projects where model = @Model", new { project.Model });
                if (stored is not null && stored.Yaml == project.Yaml && stored.Folder == project.Folder)
                {
                    return stored.ToProject();
                }

                await transaction.ExecuteAsync(Upsert, Row.From(project));
                await transaction.AppendAsync(new ProjectApplied(project.Model, project.Folder, project.Yaml, actor));
                return project;
            },
            cancellationToken);
    }

    /// <summary>The project of a model, or null.</summary>
    public Task<Project?> FindAsync(string model, CancellationToken cancellationToken) => database.ReadAsync(
        async connection => (await connection.QuerySingleOrDefaultAsync<Row>($"select {Columns} from projects where model = @model", new { model }))?.ToProject(),
        cancellationToken);

    /// <summary>All projects, by model.</summary>
    public Task<IReadOnlyList<Project>> ListAsync(CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<Project>>(
        async connection => [.. (await connection.QueryAsync<Row>($"select {Columns} from projects order by model")).Select(row => row.ToProject())],
        cancellationToken);

    private sealed record Row
    {
        public required string Model { get; init; }

        public required string Yaml { get; init; }

        public required string Folder { get; init; }

        public required string AppliedAt { get; init; }

        public required string AppliedBy { get; init; }

        public static Row From(Project project) => new()
        {
            Model = project.Model,
            Yaml = project.Yaml,
            Folder = project.Folder,
            AppliedAt = StoredTime.Format(project.AppliedAt),
            AppliedBy = project.AppliedBy,
        };

        public Project ToProject() =>
            new(Model, Yaml, Folder, StoredTime.Parse(AppliedAt), AppliedBy);
    }
}
