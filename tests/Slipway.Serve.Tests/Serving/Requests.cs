namespace Slipway.Serve.Tests.Serving;

/// <summary>Requests to the models beside the tests.</summary>
internal static class Requests
{
    /// <summary>One warm summer hour.</summary>
    public const string Summer = """
        {"inputs":[{"name":"temp","shape":[1],"datatype":"FP64","data":[20.0]},{"name":"season","shape":[1],"datatype":"BYTES","data":["summer"]}]}
        """;

    /// <summary>The same with members of one's own before the inputs.</summary>
    public static string With(string members) => Summer.Replace("{\"inputs\"", $"{{{members},\"inputs\"", StringComparison.Ordinal);
}
