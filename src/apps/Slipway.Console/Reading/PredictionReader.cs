using Slipway.Core.Errors;
using Slipway.Monitoring.Predictions;

namespace Slipway.Console.Reading;

/// <summary>Reads single predictions of a project's deployment. Where the server has no monitoring there are none to show.</summary>
internal sealed class PredictionReader(ProjectReader projects, IPredictions? predictions = null)
{
    /// <summary>The prediction of that id, or why there is none; null where there is no such project.</summary>
    public async Task<PredictionView?> FindAsync(string model, string id, CancellationToken cancellationToken)
    {
        if (await projects.FindDeploymentNameAsync(model, cancellationToken) is not { } deployment)
        {
            return null;
        }

        if (predictions is null || id.Length == 0)
        {
            return new PredictionView(model, deployment, id, null, id.Length == 0 ? null : "This server records no predictions.");
        }

        try
        {
            return await predictions.FindAsync(deployment, id, cancellationToken) is { } found
                ? new PredictionView(model, deployment, id, found, null)
                : new PredictionView(model, deployment, id, null, (await predictions.MissingAsync(deployment, id, cancellationToken)).Message);
        }
        catch (SlipwayException e) when (e.Kind == ErrorKind.InvalidInput)
        {
            return new PredictionView(model, deployment, id, null, e.Message);
        }
    }
}
