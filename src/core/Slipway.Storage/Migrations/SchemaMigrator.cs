using FluentMigrator;
using FluentMigrator.Runner;
using FluentMigrator.Runner.Initialization;
using Microsoft.Extensions.DependencyInjection;

namespace Slipway.Storage.Migrations;

/// <summary>Runs the migrations that are missing. Nothing else touches FluentMigrator: loading it costs 0.3 s, which a start with an up-to-date schema does not pay.</summary>
public static class SchemaMigrator
{
    /// <summary>Runs every migration of <paramref name="parts"/> that the database does not have yet, each in a transaction.</summary>
    /// <param name="parts">The modules whose tables are wanted.</param>
    /// <param name="configure">Names the database: its dialect and connection string.</param>
    public static void Upgrade(IEnumerable<SchemaPart> parts, Action<IMigrationRunnerBuilder> configure)
    {
        using var services = new ServiceCollection()
            .AddFluentMigratorCore()
            .ConfigureRunner(configure)
            .AddSingleton<IFilteringMigrationSource>(new ModuleMigrations(parts))
            .BuildServiceProvider(validateScopes: false);

        using var scope = services.CreateScope();
        scope.ServiceProvider.GetRequiredService<IMigrationRunner>().MigrateUp();
    }

    /// <summary>Finds migrations that are internal to their module, as everything is that nobody else needs; FluentMigrator's own source sees public classes only.</summary>
    private sealed class ModuleMigrations(IEnumerable<SchemaPart> parts) : IFilteringMigrationSource
    {
        public IEnumerable<IMigration> GetMigrations(Func<Type, bool> predicate) => parts
            .Select(part => part.Assembly)
            .Distinct()
            .SelectMany(assembly => assembly.GetTypes())
            .Where(type => !type.IsAbstract && typeof(IMigration).IsAssignableFrom(type) && type.IsDefined(typeof(MigrationAttribute), inherit: false) && predicate(type))
            .Select(type => (IMigration)Activator.CreateInstance(type)!);
    }
}
