using System.Globalization;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Mlflow;
using Slipway.Core.Errors;

namespace Slipway.Registry.Mlflow.Endpoints;

/// <summary>Stores a stage. That deploys nothing: what Slipway can serve has the stage that follows from where it runs, and this refuses it.</summary>
internal static class TransitionModelVersionStage
{
    public static void Map(IEndpointRouteBuilder routes, RegisteredVersionStore versions, RegistryReader reader) => routes.MapMlflow(
        "POST", "2.0/mlflow/model-versions/transition-stage", "TransitionModelVersionStage", Permission.Develop, call => HandleAsync(call, versions, reader));

    private static async Task HandleAsync(MlflowCall call, RegisteredVersionStore versions, RegistryReader reader)
    {
        var fields = call.Fields;
        var name = fields.ModelNamed();
        var stage = ModelStage.Of(fields, "stage", fields.RequiredText("stage"));
        var archiveOthers = fields.Boolean("archive_existing_versions") ?? false;
        if (archiveOthers)
        {
            await CheckArchivingAsync(call, reader, name, stage);
        }

        await call.ChangeVersionAsync((transaction, version) => versions.SetStageAsync(
            transaction,
            version.DemandTracked("its stage is where it runs. Approve and deploy it (`slipway deploy`), roll it back, or reject it."),
            stage,
            archiveOthers));
        await call.AnswerVersionAsync(reader, name, fields.VersionNumber());
    }

    private static async Task CheckArchivingAsync(MlflowCall call, RegistryReader reader, string name, string stage)
    {
        if (stage is not (ModelStage.Staging or ModelStage.Production))
        {
            throw new SlipwayException(
                ErrorKind.InvalidInput, $"Model version transition cannot archive existing model versions because '{stage}' is not an Active stage. Valid stages are Staging, Production");
        }

        var model = await reader.GetModelAsync(name, call.Cancellation);
        if (model.Latest.FirstOrDefault(version => version.Stage == stage && version.Version.Reference is not null) is { Version: var running })
        {
            throw new SlipwayException(ErrorKind.InvalidInput, string.Create(
                CultureInfo.InvariantCulture,
                $"Version {running.Number} of {name} is {running.Reference}, which a deployment has now, so it cannot be archived. Leave archive_existing_versions out, or deploy another version first."));
        }
    }
}
