namespace Slipway.Serve.Tests.Serving;

/// <summary>Bodies for the model of every datatype.</summary>
internal static class Bodies
{
    /// <summary>One row by name.</summary>
    public static string Types(string text, string int64 = "[1,2]", string uint64 = "[1,2]", string fp64 = "[1,2]") => $$"""
        {"instances":[{"bool":[true,false],"uint8":[1,255],"uint16":[1,2],"uint32":[1,2],"uint64":{{uint64}},"int8":[-128,127],"int16":[1,2],"int32":[1,2],
          "int64":{{int64}},"fp16":[0.5,1],"fp32":[0.1,2],"fp64":{{fp64}},"text":{{text}}}]}
        """;
}
