using System.Data.Common;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Slipway.Mlflow;
using Slipway.Storage;
using Slipway.Storage.Blobs;
using Slipway.Tracking;
using Slipway.Tracking.Purging;

namespace Slipway.Develop.Tests.Tracking.Purging;

/// <summary>A purge that is killed after any of its transactions: nothing that is needed is lost, and the next one finishes.</summary>
public sealed class PurgeKillTests : IDisposable
{
    private static readonly string[] Tables = ["runs", "run_params", "run_tags", "run_metrics", "metric_points", "metric_arrivals", "experiments", "experiment_tags", "artifacts"];

    private static readonly string[] Others =
    [
        "datasets", "run_inputs", "run_input_tags", "run_model_inputs", "run_outputs", "logged_models", "logged_model_tags", "logged_model_params", "logged_model_metrics",
        "traces", "trace_tags", "trace_metadata", "trace_runs", "trace_spans", "trace_assessments",
    ];

    private readonly string _root = Directory.CreateTempSubdirectory("slipway-purge-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task After_a_kill_at_any_write_the_next_purge_ends_the_work_and_what_lives_is_whole()
    {
        var kills = 0;
        for (var killed = true; killed; kills++)
        {
            await using var services = await OpenAsync(Path.Combine(_root, $"{kills}"), new FakeTimeProvider(new DateTimeOffset(2026, 5, 4, 12, 0, 0, TimeSpan.Zero)));
            var control = services.GetRequiredService<Switch>();
            var database = services.GetRequiredService<Database>();
            var (shared, own) = await FillAsync(database, services.GetRequiredService<IBlobStore>());
            ((FakeTimeProvider)services.GetRequiredService<TimeProvider>()).Advance(TimeSpan.FromDays(31));

            control.Left = kills;
            killed = await Record.ExceptionAsync(() => PurgeAsync(services)) is InvalidOperationException { Message: "Killed." };
            control.Left = int.MaxValue;
            await PurgeAsync(services);

            // Of two runs the one that lives has everything; of the other, and of its experiment, nothing is left.
            var rows = new List<long>();
            foreach (var table in Tables.Concat(Others))
            {
                rows.Add(await database.ReadAsync(connection => connection.ExecuteScalarAsync<long>($"select count(*) from {table}"), Cancel));
            }

            Assert.Equal([1, 1, 1, 1, 1, 1, 2, 0, 1], rows[..Tables.Length]);
            Assert.All(rows[Tables.Length..], count => Assert.Equal(0, count));
            Assert.Equal("lives", await database.ReadAsync(connection => connection.ExecuteScalarAsync<string>("select run_id from runs"), Cancel));
            Assert.True(await services.GetRequiredService<IBlobStore>().ExistsAsync(shared, Cancel));
            Assert.False(await services.GetRequiredService<IBlobStore>().ExistsAsync(own, Cancel));
        }

        Assert.InRange(kills, 8, 100);
    }

    [Fact]
    public async Task What_another_part_has_an_address_in_stays_with_its_experiment_and_the_rest_goes()
    {
        await using var services = await OpenAsync(Path.Combine(_root, "needed"), new FakeTimeProvider(new DateTimeOffset(2026, 5, 4, 12, 0, 0, TimeSpan.Zero)));
        var database = services.GetRequiredService<Database>();
        var (_, own) = await FillAsync(database, services.GetRequiredService<IBlobStore>());
        string[] statements =
        [
            "insert into experiments (id, name, artifact_location, created_at, updated_at, deleted_at) values (3, 'has a model', 'mlflow-artifacts:/3', 0, 0, 1)",
            "insert into runs (id, run_id, experiment, name, user_id, status, start_time, artifact_uri, deleted_at) values (3, '0123456789abcdef0123456789abcdef', 2, 'n', 'u', 'FINISHED', 0, 'mlflow-artifacts:/2/0123456789abcdef0123456789abcdef/artifacts', 1)",
            "insert into logged_models (model_id, experiment, name, status, artifact_uri, created_at, updated_at) values ('m-0123456789abcdef0123456789abcdef', 3, 'n', 'READY', 'mlflow-artifacts:/3/models/m-0123456789abcdef0123456789abcdef/artifacts', 0, 0)",
            "insert into experiment_tags (experiment, key, value) values (1, 'a', 'runs:///0123456789abcdef0123456789abcdef/model'), (1, 'b', 'models:/m-0123456789abcdef0123456789abcdef')",
        ];
        foreach (var sql in statements)
        {
            await database.WriteAsync(transaction => transaction.ExecuteAsync(sql), Cancel);
        }

        ((FakeTimeProvider)services.GetRequiredService<TimeProvider>()).Advance(TimeSpan.FromDays(31));

        var report = await PurgeAsync(services);

        Assert.Equal((0, 2, 1, 1), (report.ExperimentCount, report.ExperimentsKept, report.RunCount, report.RunsKept));
        Assert.Equal("goes", Assert.Single(report.Runs).RunId);
        Assert.True(await services.GetRequiredService<IBlobStore>().ExistsAsync(own, Cancel));

        await database.WriteAsync(transaction => transaction.ExecuteAsync("delete from experiment_tags where experiment = 1"), Cancel);
        Assert.Equal((2, 0), ((report = await PurgeAsync(services)).ExperimentCount, report.ExperimentsKept));
        Assert.False(await services.GetRequiredService<IBlobStore>().ExistsAsync(own, Cancel));
    }

    private static Task<PurgeReport> PurgeAsync(ServiceProvider services) => services.GetRequiredService<Purge>().RunAsync(
        PurgeSelection.Of(null, null, null, services.GetRequiredService<NeededByOthers>(), services.GetRequiredService<TimeProvider>()), (_, _) => Task.CompletedTask, Cancel);

    private static async Task<(string Shared, string Own)> FillAsync(Database database, IBlobStore blobs)
    {
        var shared = (await blobs.PutAsync(new MemoryStream("shared"u8.ToArray()), Cancel)).Digest;
        var own = (await blobs.PutAsync(new MemoryStream("own"u8.ToArray()), Cancel)).Digest;
        var at = new DateTimeOffset(2026, 5, 4, 12, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();
        string[] statements =
        [
            $"insert into experiments (id, name, artifact_location, created_at, updated_at, deleted_at) values (1, 'live', 'mlflow-artifacts:/1', 0, 0, null), (2, 'spent', 'mlflow-artifacts:/2', 0, 0, {at})",
            "insert into experiment_tags (experiment, key, value) values (2, 'k', 'v')",
            $"insert into runs (id, run_id, experiment, name, user_id, status, start_time, artifact_uri, deleted_at) values (1, 'lives', 1, 'n', 'u', 'FINISHED', 0, 'mlflow-artifacts:/1/lives/artifacts', null), (2, 'goes', 2, 'n', 'u', 'FINISHED', 0, 'mlflow-artifacts:/2/goes/artifacts', {at})",
            "insert into run_params (run, key, experiment, value) values (1, 'k', 1, 'v'), (2, 'k', 2, 'v')",
            "insert into run_tags (run, key, experiment, value) values (1, 'k', 1, 'v'), (2, 'k', 2, 'v')",
            "insert into run_metrics (run, key, experiment, value, is_nan, step, timestamp) values (1, 'k', 1, 1, 0, 0, 0), (2, 'k', 2, 1, 0, 0, 0)",
            "insert into metric_points (run, key, step, timestamp, value, is_nan) values (1, 'k', 0, 0, 1, 0), (2, 'k', 0, 0, 1, 0)",
            "insert into metric_arrivals (run, number, points) values (1, 1, x'00'), (2, 1, x'00')",
            $"insert into artifacts (path, digest, size, stored_at) values ('1/lives/artifacts/a', '{shared}', 6, 0), ('2/goes/artifacts/a', '{shared}', 6, 0), ('2/goes/artifacts/b', '{own}', 3, 0), ('2/models/m', '{own}', 3, 0)",
        ];
        string[] others =
        [
            "insert into datasets (id, experiment, name, digest, source_type, size, source) values (1, 2, 'n', 'd', 't', 0, 's')",
            "insert into run_inputs (run, dataset, experiment) values (2, 1, 2)",
            "insert into run_input_tags (run, dataset, key, value) values (2, 1, 'k', 'v')",
            "insert into run_model_inputs (run, model_id) values (2, 'm')",
            "insert into run_outputs (run, step, model_id) values (2, 0, 'm')",
            "insert into logged_models (id, model_id, experiment, name, status, artifact_uri, created_at, updated_at) values (1, 'm', 2, 'n', 'READY', 'mlflow-artifacts:/2/models/m/artifacts', 0, 0)",
            "insert into logged_model_tags (model, key, experiment, value) values (1, 'k', 2, 'v')",
            "insert into logged_model_params (model, key, experiment, value) values (1, 'k', 2, 'v')",
            "insert into logged_model_metrics (model, key, run, dataset_name, dataset_digest, experiment, value, is_nan, step, timestamp) values (1, 'k', 2, '', '', 2, 0, 0, 0, 0)",
            "insert into traces (id, trace_id, experiment, request_time, state, is_told) values (1, 't', 2, 0, 'OK', 1)",
            "insert into trace_tags (trace, key, experiment, value) values (1, 'k', 2, 'v')",
            "insert into trace_metadata (trace, key, experiment, value) values (1, 'k', 2, 'v')",
            "insert into trace_runs (trace, run_id, experiment, is_source) values (1, 'goes', 2, 1)",
            "insert into trace_spans (trace, span_id, name, type, status, start_ns, content) values (1, 's', 'n', 't', 'OK', 0, x'00')",
            "insert into trace_assessments (trace, assessment_id, name, is_feedback, content, value, source_type, source_id, metadata, is_valid, created_at, updated_at) values (1, 'a', 'n', 1, '', '', '', '', '', 1, 0, 0)",
        ];
        foreach (var sql in statements.Concat(others))
        {
            await database.WriteAsync(transaction => transaction.ExecuteAsync(sql), Cancel);
        }

        return (shared, own);
    }

    private static async Task<ServiceProvider> OpenAsync(string folder, TimeProvider time)
    {
        var collection = new ServiceCollection().AddLogging().AddSingleton(time).AddSingleton<Switch>().AddSingleton(new NeededArtifacts("experiment_tags", "value")).AddStorage(new StorageOptions(folder)).AddTracking();
        var database = collection.Last(service => service.ServiceType == typeof(Database)).ImplementationFactory!;
        collection.AddSingleton<Database>(provider => new KilledDatabase((Database)database(provider), provider.GetRequiredService<Switch>()));
        var services = collection.BuildServiceProvider();
        await services.OpenStorageAsync(Cancel);
        return services;
    }

    /// <summary>How many writes commit before the process is gone.</summary>
    private sealed class Switch
    {
        public int Left { get; set; } = int.MaxValue;
    }

    /// <summary>A process that is killed, as its database sees it: up to a chosen write everything is committed, from then on nothing is.</summary>
    private sealed class KilledDatabase(Database database, Switch control) : Database
    {
        public override Task<T> ReadAsync<T>(Func<DbConnection, Task<T>> read, CancellationToken cancellationToken) => database.ReadAsync(read, cancellationToken);

        public override Task<T> WriteAsync<T>(Func<WriteTransaction, Task<T>> write, CancellationToken cancellationToken) =>
            control.Left-- > 0 ? database.WriteAsync(write, cancellationToken) : throw new InvalidOperationException("Killed.");

        public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
