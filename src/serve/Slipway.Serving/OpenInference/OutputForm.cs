namespace Slipway.Serving.OpenInference;

/// <summary>How a caller wants an output that it asks for.</summary>
/// <param name="Binary">As bytes behind the JSON, or in it; null for what the request says of all outputs.</param>
/// <param name="Classes">How many of the highest values of each row are wanted, as texts; 0 for the output as it is.</param>
internal readonly record struct OutputForm(bool? Binary, int Classes);
