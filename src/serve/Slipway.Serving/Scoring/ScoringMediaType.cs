using Microsoft.Net.Http.Headers;

namespace Slipway.Serving.Scoring;

/// <summary>The media types of MLflow's scoring: <c>application/json</c> and <c>text/csv</c>, in UTF-8.</summary>
internal static class ScoringMediaType
{
    private const string Json = "application/json";
    private const string Csv = "text/csv";

    /// <summary>True for a table as CSV.</summary>
    public static bool IsCsv(string? contentType) => contentType is not null && contentType.StartsWith(Csv, StringComparison.OrdinalIgnoreCase);

    /// <summary>Why a type is not taken, in one sentence; null where it is. A body without a type is JSON.</summary>
    public static string? Refuse(string? contentType)
    {
        if (string.IsNullOrEmpty(contentType) || contentType.Equals(Json, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        if (!MediaTypeHeaderValue.TryParse(contentType, out var type)
            || !(type.MediaType.Equals(Json, StringComparison.OrdinalIgnoreCase) || type.MediaType.Equals(Csv, StringComparison.OrdinalIgnoreCase)))
        {
            return $"The request's Content-Type '{contentType}' is not taken. Send {Json} or {Csv}; curl's -d needs -H 'Content-Type: {Json}' beside it.";
        }

        foreach (var parameter in type.Parameters)
        {
            if (!parameter.Name.Equals("charset", StringComparison.OrdinalIgnoreCase))
            {
                return $"The request's Content-Type has the parameter '{parameter.Name}', which is not taken. It may have a charset, utf-8.";
            }
        }

        var charset = HeaderUtilities.RemoveQuotes(type.Charset);
        return charset.Length == 0 || charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase)
            ? null
            : $"The request's charset '{charset}' is not taken. Send UTF-8.";
    }
}
