using System.Globalization;
using Slipway.Core.Errors;
using Slipway.Storage;
using Slipway.Tracking.Experiments;

namespace Slipway.Tracking.EvaluationDatasets;

/// <summary>Writes evaluation datasets with their tags, experiments and records, in the transaction that each change is given.</summary>
internal sealed class EvaluationDatasetStore(TimeProvider time)
{
    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>The dataset of an id.</summary>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.NotFound"/>.</exception>
    public static async Task<EvaluationDataset> GetAsync(WriteTransaction transaction, string datasetId) =>
        await transaction.QuerySingleOrDefaultAsync<EvaluationDataset>($"select {EvaluationDataset.Columns} from evaluation_datasets where dataset_id = @datasetId", new { datasetId })
        ?? throw EvaluationDataset.NotFound(datasetId);

    /// <summary>Creates a dataset without records and returns its id.</summary>
    public async Task<string> CreateAsync(WriteTransaction transaction, string name, string createdBy, IReadOnlyList<Tag> tags, IReadOnlyList<string> experiments)
    {
        const string Sql = """
            insert into evaluation_datasets (dataset_id, name, digest, created_at, updated_at, created_by, updated_by)
            values (@datasetId, @name, @digest, @now, @now, @createdBy, @createdBy)
            returning id
            """;

        var now = Now;
        var datasetId = $"d-{Guid.CreateVersion7(time.GetUtcNow()):N}";
        var id = await transaction.QuerySingleOrDefaultAsync<long>(Sql, new { datasetId, name, digest = EvaluationDataset.DigestOf(name, now), now, createdBy });
        await WriteTagsAsync(transaction, id, tags);
        await WriteExperimentsAsync(transaction, id, experiments);
        return datasetId;
    }

    /// <summary>Deletes a dataset with its records.</summary>
    public static async Task DeleteAsync(WriteTransaction transaction, EvaluationDataset dataset)
    {
        foreach (var table in new[] { "evaluation_records", "evaluation_dataset_experiments", "evaluation_dataset_tags" })
        {
            await transaction.ExecuteAsync($"delete from {table} where dataset = @Id", new { dataset.Id });
        }

        await transaction.ExecuteAsync("delete from evaluation_datasets where id = @Id", new { dataset.Id });
    }

    public async Task SetTagsAsync(WriteTransaction transaction, EvaluationDataset dataset, IReadOnlyList<Tag> tags, string by)
    {
        await WriteTagsAsync(transaction, dataset.Id, tags);
        await SaveAsync(transaction, dataset, by);
    }

    /// <summary>Deletes a tag. One that is not there is no error: the caller has what it wants.</summary>
    public async Task DeleteTagAsync(WriteTransaction transaction, EvaluationDataset dataset, string key, string by)
    {
        await transaction.ExecuteAsync("delete from evaluation_dataset_tags where dataset = @Id and key = @key", new { dataset.Id, key });
        await SaveAsync(transaction, dataset, by);
    }

    public async Task AddExperimentsAsync(WriteTransaction transaction, EvaluationDataset dataset, IReadOnlyList<string> experiments, string by)
    {
        await WriteExperimentsAsync(transaction, dataset.Id, experiments);
        await SaveAsync(transaction, dataset, by);
    }

    /// <summary>Takes a dataset out of experiments. One that it is not in is no error.</summary>
    public async Task RemoveExperimentsAsync(WriteTransaction transaction, EvaluationDataset dataset, IReadOnlyList<string> experiments, string by)
    {
        foreach (var experiment in experiments.Select(ExperimentStore.NumberOf).Distinct())
        {
            await transaction.ExecuteAsync("delete from evaluation_dataset_experiments where dataset = @Id and experiment = @experiment", new { dataset.Id, experiment });
        }

        await SaveAsync(transaction, dataset, by);
    }

    /// <summary>Adds records, and merges those whose inputs are there already. Returns how many of each there were.</summary>
    public async Task<(int Inserted, int Updated)> UpsertAsync(WriteTransaction transaction, EvaluationDataset dataset, IReadOnlyList<EvaluationRecord> records, string by)
    {
        const string Insert = """
            insert into evaluation_records
                (record_id, dataset, inputs_hash, inputs, outputs, expectations, tags, source, source_id, source_type, created_at, updated_at, created_by, updated_by)
            values
                (@RecordId, @Dataset, @InputsHash, @Inputs, @Outputs, @Expectations, @Tags, @Source, @SourceId, @SourceType, @CreatedAt, @UpdatedAt, @CreatedBy, @UpdatedBy)
            on conflict (dataset, inputs_hash) do nothing
            """;

        const string Update = """
            update evaluation_records set outputs = @Outputs, expectations = @Expectations, tags = @Tags, updated_at = @UpdatedAt, updated_by = @UpdatedBy
            where id = @Id
            """;

        var find = $"select {EvaluationRecord.Columns} from evaluation_records where dataset = @Dataset and inputs_hash = @InputsHash";
        var (inserted, updated, now) = (0, 0, Now);
        var schema = RecordSchema.Parse(dataset.Schema);
        foreach (var sent in records)
        {
            var record = sent with { RecordId = $"dr-{Guid.CreateVersion7(time.GetUtcNow()):N}", Dataset = dataset.Id, CreatedAt = now, UpdatedAt = now };
            schema.Add(record);
            if (await transaction.ExecuteAsync(Insert, record) > 0)
            {
                inserted++;
                continue;
            }

            var known = await transaction.QuerySingleOrDefaultAsync<EvaluationRecord>(find, record);
            await transaction.ExecuteAsync(Update, known!.Merge(record, now));
            updated++;
        }

        await SaveAsync(transaction, dataset with { Schema = schema.ToString(), Profile = await ProfileAsync(transaction, dataset) }, by);
        return (inserted, updated);
    }

    /// <summary>Deletes records and returns how many of them there were.</summary>
    public async Task<int> DeleteRecordsAsync(WriteTransaction transaction, EvaluationDataset dataset, IReadOnlyList<string> recordIds, string by)
    {
        var deleted = 0;
        foreach (var recordId in recordIds)
        {
            deleted += await transaction.ExecuteAsync("delete from evaluation_records where dataset = @Id and record_id = @recordId", new { dataset.Id, recordId });
        }

        await SaveAsync(transaction, dataset with { Profile = await ProfileAsync(transaction, dataset) }, by);
        return deleted;
    }

    private static async Task<string> ProfileAsync(WriteTransaction transaction, EvaluationDataset dataset)
    {
        var count = await transaction.QuerySingleOrDefaultAsync<long>("select count(*) from evaluation_records where dataset = @Id", new { dataset.Id });
        return string.Create(CultureInfo.InvariantCulture, $$"""{"num_records":{{count}}}""");
    }

    private static async Task WriteTagsAsync(WriteTransaction transaction, long dataset, IReadOnlyList<Tag> tags)
    {
        const string Sql = """
            insert into evaluation_dataset_tags (dataset, key, value) values (@dataset, @Key, @Value)
            on conflict (dataset, key) do update set value = excluded.value
            """;

        foreach (var tag in tags)
        {
            await transaction.ExecuteAsync(Sql, new { dataset, tag.Key, tag.Value });
        }
    }

    private static async Task WriteExperimentsAsync(WriteTransaction transaction, long dataset, IReadOnlyList<string> experiments)
    {
        foreach (var id in experiments)
        {
            // One that is not there would come to be another's when its number is given.
            var experiment = (await ExperimentStore.GetAsync(transaction, id)).Id;
            await transaction.ExecuteAsync("insert into evaluation_dataset_experiments (dataset, experiment) values (@dataset, @experiment) on conflict do nothing", new { dataset, experiment });
        }
    }

    private Task<int> SaveAsync(WriteTransaction transaction, EvaluationDataset dataset, string by)
    {
        const string Sql = """
            update evaluation_datasets set schema = @Schema, profile = @Profile, digest = @digest, updated_at = @now, updated_by = @by
            where id = @Id
            """;

        var now = Now;
        return transaction.ExecuteAsync(Sql, new { dataset.Schema, dataset.Profile, digest = EvaluationDataset.DigestOf(dataset.Name, now), now, by, dataset.Id });
    }
}
