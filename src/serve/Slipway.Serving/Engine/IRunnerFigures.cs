namespace Slipway.Serving.Engine;

/// <summary>What a runner that queues and batches tells of itself. Counts are since the runner was made.</summary>
internal interface IRunnerFigures
{
    /// <summary>Calls that wait for their turn now.</summary>
    int Waiting { get; }

    /// <summary>Calls that were refused at once, because they would have waited too long or too many waited already.</summary>
    long Refused { get; }

    /// <summary>Calls that waited as long as they may and were not run.</summary>
    long TimedOut { get; }

    /// <summary>Rows by run.</summary>
    BatchSizes BatchSizes { get; }
}
