namespace Slipway.Serving.Figures;

/// <summary>The stages of a request, in their order; their lengths are those of <see cref="CallTiming"/>.</summary>
internal enum Stage
{
    /// <summary>Reading and understanding it.</summary>
    Parse,

    /// <summary>Waiting for its turn.</summary>
    Queue,

    /// <summary>Checking it, putting it together with others, taking their answer apart.</summary>
    Batch,

    /// <summary>The model.</summary>
    Run,

    /// <summary>Writing the answer.</summary>
    Write,
}

/// <summary>What is known of each <see cref="Stage"/>.</summary>
internal static class Stages
{
    private static readonly string[] Texts = ["parse", "queue", "batch", "run", "write"];

    /// <summary>How many there are.</summary>
    public static int Count => Texts.Length;

    /// <summary>The name in metrics and traces.</summary>
    public static string Name(Stage stage) => Texts[(int)stage];
}
