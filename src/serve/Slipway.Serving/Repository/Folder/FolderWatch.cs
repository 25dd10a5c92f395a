using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Slipway.Core.Errors;

namespace Slipway.Serving.Repository.Folder;

/// <summary>Loads the folder of models before the server listens, and looks through it from time to time where that is asked for.</summary>
internal sealed partial class FolderWatch(ServingOptions options, ModelRepository repository, TimeProvider time, ILogger<FolderWatch> log) : BackgroundService
{
    /// <inheritdoc/>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await repository.OpenAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Models.Poll is not { } every)
        {
            return;
        }

        using var timer = new PeriodicTimer(every, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await LookAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The server stops.
        }
    }

    private async Task LookAsync(CancellationToken stoppingToken)
    {
        try
        {
            await repository.LookAsync(stoppingToken);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // A volume that is away for a moment must not end the watch: what answers goes on, and the next look tells.
            LogNotLooked(e is SlipwayException ? e.Message : $"{e.GetType().Name}: {e.Message}");
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The folder of models could not be looked through: {Reason}")]
    private partial void LogNotLooked(string reason);
}
