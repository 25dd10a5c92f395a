using Slipway.Core.Errors;
using Slipway.Core.Projects;
using Slipway.Inference;

namespace Slipway.Monitoring.Log.Rules;

/// <summary>What the prediction log records of each deployment: the share and the redactions of its project and of the server.</summary>
public interface IRecordingRules
{
    /// <summary>Refuses a project that is to be judged by what would not be recorded.</summary>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.InvalidInput"/>, in one sentence.</exception>
    void Check(ProjectConfig project);

    /// <summary>Refuses a project that redacts what its model does not have, or the answer that it is to be judged by.</summary>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.InvalidInput"/>, in one sentence.</exception>
    void Check(ProjectConfig project, ModelSignature signature);

    /// <summary>Reads what projects say. When it returns every further call is recorded that way.</summary>
    Task FollowAsync(CancellationToken cancellationToken);
}
