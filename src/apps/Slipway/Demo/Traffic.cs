using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Slipway.Demo;

/// <summary>
/// Sends a day after the other: its hours as single requests, each answer checked, then the truth about the day before. The last call returns when the server has judged what it was told,
/// so that a year that passes in seconds has the same course as one that passes in a year.
/// </summary>
internal sealed class Traffic(HttpClient http, string deployment, History history, Predictions predictions)
{
    private readonly List<double> _milliseconds = [];

    /// <summary>Requests that were sent.</summary>
    public int Requests { get; private set; }

    /// <summary>Requests that were not answered, or not with the expected prediction.</summary>
    public int Failed { get; private set; }

    /// <summary>A quantile of the time of a request as the client saw it, in milliseconds; 0 before the first.</summary>
    public double Milliseconds(double quantile)
    {
        var sorted = _milliseconds.Order().ToArray();
        return sorted.Length == 0 ? 0 : sorted[(int)((sorted.Length - 1) * quantile)];
    }

    public async Task SendAsync(DateOnly day, CancellationToken cancellationToken)
    {
        // One after the other: the hours of a day have an order, and what follows from it is then the same every time.
        foreach (var row in history.RowsOf(day))
        {
            var begun = Stopwatch.GetTimestamp();
            Failed += await AskAsync(row, cancellationToken) ? 0 : 1;
            Requests++;
            _milliseconds.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
        }

        var outcomes = new JsonArray([.. history.RowsOf(day.AddDays(-1)).Select(history.Outcome)]);
        using var answer = await http.PostAsJsonAsync($"/api/v1/deployments/{deployment}/outcomes?settle=true", outcomes, cancellationToken);
        answer.EnsureSuccessStatusCode();
    }

    private async Task<bool> AskAsync(int row, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await http.PostAsJsonAsync($"/v2/models/{deployment}/infer", history.Request(row), cancellationToken);
            if (!response.IsSuccessStatusCode)
            {
                return false;
            }

            var answer = await response.Content.ReadFromJsonAsync<JsonObject>(cancellationToken);
            var expected = await predictions.OfAsync((string)answer!["model_version"]!, cancellationToken);
            return (double)answer["outputs"]![0]!["data"]![0]! == expected[row];
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
