using System.Globalization;
using System.Text.Json;
using Slipway.Mlflow;
using Slipway.Mlflow.Search;
using Slipway.Storage;

namespace Slipway.Registry.Mlflow.Endpoints;

/// <summary>What the routes of models and versions share.</summary>
internal static class RegistryCalls
{
    // A page may have 200 000 versions, each with texts of any length.
    private const int Loaded = 200;

    /// <summary>Changes the model of a name.</summary>
    public static Task ChangeModelAsync(this MlflowCall call, string name, Func<WriteTransaction, RegisteredModel, Task> change) => call.ChangeAsync(name, async transaction =>
    {
        await change(transaction, await RegisteredModelStore.GetAsync(transaction, name));
        return 0;
    });

    /// <summary>Changes the version that the call's name and number say.</summary>
    public static Task ChangeVersionAsync(this MlflowCall call, Func<WriteTransaction, RegisteredVersion, Task> change)
    {
        var (name, number) = (call.Fields.ModelNamed(), call.Fields.VersionNumber());
        return call.ChangeAsync(string.Create(CultureInfo.InvariantCulture, $"{name}@{number}"), async transaction =>
        {
            await change(transaction, await RegisteredVersionStore.GetAsync(transaction, name, number));
            return 0;
        });
    }

    public static async Task AnswerModelAsync(this MlflowCall call, RegistryReader reader, string name)
    {
        var model = await reader.GetModelAsync(name, call.Cancellation);
        await call.AnswerAsync(json =>
        {
            json.WriteStartObject("registered_model");
            model.Write(json);
            json.WriteEndObject();
        });
    }

    public static async Task AnswerVersionAsync(this MlflowCall call, RegistryReader reader, string name, long number)
    {
        var version = await reader.GetVersionAsync(name, number, call.Cancellation);
        await call.AnswerAsync(json =>
        {
            json.WriteStartObject("model_version");
            version.Write(json);
            json.WriteEndObject();
        });
    }

    /// <summary>Answers with a page of a search, a part at a time.</summary>
    public static Task StreamPageAsync<T>(this MlflowCall call, string name, SearchPage page, Func<IReadOnlyList<long>, Task<IReadOnlyList<T>>> load, Action<Utf8JsonWriter, T> write) =>
        call.StreamAsync(async json =>
        {
            if (page.Ids.Count > 0)
            {
                json.WriteStartArray(name);
                foreach (var part in page.Ids.Chunk(Loaded))
                {
                    foreach (var item in await load(part))
                    {
                        json.WriteStartObject();
                        write(json, item);
                        json.WriteEndObject();
                    }

                    if (page.Ids.Count > Loaded)
                    {
                        await call.FlushAsync(json);
                    }
                }

                json.WriteEndArray();
            }

            if (page.NextPageToken is { } token)
            {
                json.WriteString("next_page_token", token);
            }
        });
}
