using System.Data.Common;
using System.Globalization;
using Dapper;
using Slipway.Core.Errors;
using Slipway.Mlflow.Search;
using Slipway.Storage;

namespace Slipway.Registry.Mlflow.Webhooks;

/// <summary>Reads and writes <c>webhooks</c> with their events. Nothing here answers with a secret but <see cref="FindReceiverAsync"/>, which the sender asks.</summary>
internal sealed class WebhookStore(Database database, TimeProvider time)
{
    private const string Select =
        "select id as Id, webhook_id as WebhookId, name as Name, description as Description, url as Url, status as Status, created_at as CreatedAt, updated_at as UpdatedAt from webhooks";

    private static readonly ColumnField Created = new("creation_timestamp", FieldKind.Number, "created_at");

    // The newest first, as MLflow lists them.
    private static readonly FieldSet Fields = new("webhooks", new Dictionary<string, ColumnField>(), [new OrderTerm(Created, Descending: true), new OrderTerm(new ColumnField("id", FieldKind.Number, "id"), Descending: true)])
    {
        MostResults = WebhookFields.Page,
    };

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Adds a webhook and returns its number, unless there are as many as there may be.</summary>
    public async Task<long> AddAsync(WriteTransaction transaction, Webhook webhook, string? secret)
    {
        const string Sql = """
            insert into webhooks (webhook_id, name, description, url, secret, status, created_at, updated_at)
            values (@WebhookId, @Name, @Description, @Url, @secret, @status, @now, @now)
            returning id
            """;

        if (await transaction.QuerySingleOrDefaultAsync<long>("select count(*) from webhooks") >= WebhookFields.Most)
        {
            throw new SlipwayException(ErrorKind.InvalidInput, $"There are {WebhookFields.Most} webhooks, which is the most. Delete one that is not needed.");
        }

        var id = await transaction.QuerySingleOrDefaultAsync<long>(
            Sql, new { webhook.WebhookId, webhook.Name, webhook.Description, webhook.Url, secret, status = webhook.Status.ToString(), now = Now });
        await WriteEventsAsync(transaction, id, webhook.Events);
        return id;
    }

    /// <summary>Changes what is given and leaves the rest as it is.</summary>
    public async Task UpdateAsync(WriteTransaction transaction, string webhookId, WebhookChange change)
    {
        const string Sql = """
            update webhooks set name = coalesce(@Name, name), description = coalesce(@Description, description), url = coalesce(@Url, url), secret = coalesce(@Secret, secret),
                                status = coalesce(@status, status), updated_at = @now
            where webhook_id = @webhookId
            returning id
            """;

        var parameters = new { change.Name, change.Description, change.Url, change.Secret, status = change.Status?.ToString(), now = Now, webhookId };
        var id = await transaction.QuerySingleOrDefaultAsync<long?>(Sql, parameters) ?? throw Webhook.NotFound(webhookId);
        if (change.Events.Count > 0)
        {
            await transaction.ExecuteAsync("delete from webhook_events where webhook = @id", new { id });
            await WriteEventsAsync(transaction, id, change.Events);
        }
    }

    /// <summary>Deletes a webhook with all that it has still to be told.</summary>
    public static async Task DeleteAsync(WriteTransaction transaction, string webhookId)
    {
        var id = await transaction.QuerySingleOrDefaultAsync<long?>("select id from webhooks where webhook_id = @webhookId", new { webhookId }) ?? throw Webhook.NotFound(webhookId);
        await transaction.ExecuteAsync("delete from registry_deliveries where receiver = @webhookId", new { webhookId });
        await transaction.ExecuteAsync("delete from webhook_events where webhook = @id", new { id });
        await transaction.ExecuteAsync("delete from webhooks where id = @id", new { id });
    }

    /// <summary>The webhook of an id.</summary>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.NotFound"/>.</exception>
    public Task<Webhook> GetAsync(string webhookId, CancellationToken cancellationToken) => database.ReadAsync(
        async connection => await LoadAsync(connection, "webhook_id = @webhookId", new { webhookId }, cancellationToken) is [var webhook] ? webhook : throw Webhook.NotFound(webhookId), cancellationToken);

    /// <summary>A page of all webhooks, the newest first.</summary>
    public Task<(IReadOnlyList<Webhook> Webhooks, string? NextPageToken)> ListAsync(int maxResults, string? pageToken, CancellationToken cancellationToken)
    {
        var query = SearchQuery.For(Fields, scope: null, filter: null, [], ViewType.All, maxResults, pageToken);
        return database.ReadAsync<(IReadOnlyList<Webhook>, string?)>(
            async connection =>
            {
                var page = await query.RunAsync(connection, cancellationToken);
                var webhooks = (await LoadAsync(connection, $"id in ({ListOf(page.Ids)})", parameters: null, cancellationToken)).ToDictionary(webhook => webhook.Id);
                return ([.. page.Ids.Where(webhooks.ContainsKey).Select(id => webhooks[id])], page.NextPageToken);
            },
            cancellationToken);
    }

    /// <summary>Where to tell a webhook, and what signs that; null when it is gone or wants to hear nothing.</summary>
    public Task<WebhookReceiver?> FindReceiverAsync(string webhookId, bool evenDisabled, CancellationToken cancellationToken) => database.ReadAsync(
        connection => connection.QuerySingleOrDefaultAsync<WebhookReceiver?>(new CommandDefinition(
            "select url as Url, secret as Secret from webhooks where webhook_id = @webhookId and (status = @active or @any = 1)",
            new { webhookId, active = nameof(WebhookStatus.Active), any = evenDisabled ? 1 : 0 },
            cancellationToken: cancellationToken)),
        cancellationToken);

    /// <summary>The ids of those that want to be told of an event now.</summary>
    public static Task<IReadOnlyList<string>> ListAskingAsync(WriteTransaction transaction, WebhookEvent named)
    {
        const string Sql = """
            select w.webhook_id from webhook_events e join webhooks w on w.id = e.webhook
            where e.event = @named and w.status = @active
            order by w.id
            """;

        return transaction.QueryAsync<string>(Sql, new { named = named.ToString(), active = nameof(WebhookStatus.Active) });
    }

    private static async Task WriteEventsAsync(WriteTransaction transaction, long id, IReadOnlyList<WebhookEvent> events)
    {
        foreach (var named in events)
        {
            await transaction.ExecuteAsync("insert into webhook_events (webhook, event) values (@id, @named)", new { id, named = named.ToString() });
        }
    }

    private static async Task<IReadOnlyList<Webhook>> LoadAsync(DbConnection connection, string where, object? parameters, CancellationToken cancellationToken)
    {
        var rows = (await connection.QueryAsync<Row>(Once($"{Select} where {where}", parameters))).AsList();
        var events = (await connection.QueryAsync<(long Webhook, string Event)>(Once($"select webhook, event from webhook_events where webhook in ({ListOf([.. rows.Select(row => row.Id)])})", null)))
            .ToLookup(row => row.Webhook, row => WebhookEvent.Parse(row.Event));
        return [.. rows.Select(row => row.ToWebhook(events[row.Id].OrderBy(named => named.Entity).ThenBy(named => named.Action)))];

        // Dapper would keep each text, and those of pages are all different.
        CommandDefinition Once(string sql, object? values) => new(sql, values, flags: CommandFlags.Buffered | CommandFlags.NoCache, cancellationToken: cancellationToken);
    }

    private static string ListOf(IReadOnlyList<long> ids) => ids.Count == 0 ? "null" : string.Join(',', ids.Select(id => id.ToString(CultureInfo.InvariantCulture)));

    private sealed record Row(long Id, string WebhookId, string Name, string Description, string Url, string Status, long CreatedAt, long UpdatedAt)
    {
        public Webhook ToWebhook(IEnumerable<WebhookEvent> events) => new()
        {
            Id = Id,
            WebhookId = WebhookId,
            Name = Name,
            Description = Description,
            Url = Url,
            Status = Enum.Parse<WebhookStatus>(Status),
            Events = [.. events],
            CreatedAt = CreatedAt,
            UpdatedAt = UpdatedAt,
        };
    }
}

/// <summary>What to change of a webhook; null or empty for what stays.</summary>
internal sealed record WebhookChange(string? Name, string? Description, string? Url, string? Secret, WebhookStatus? Status, IReadOnlyList<WebhookEvent> Events);

/// <summary>Where to tell a webhook, and the secret that signs it.</summary>
internal sealed record WebhookReceiver(string Url, string? Secret);
