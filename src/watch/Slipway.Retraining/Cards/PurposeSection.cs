using System.Text.Json;
using Slipway.Core.Errors;
using Slipway.Core.Projects;
using Slipway.Registry;
using Slipway.Registry.Cards;
using Slipway.Retraining.Projects;
using Slipway.Storage.Events;

namespace Slipway.Retraining.Cards;

/// <summary>Tells a card what its project's file says: the purpose as it was stated when the version was registered, and whom to ask today.</summary>
internal sealed class PurposeSection(IProjects projects, IEventLog events) : ICardSection
{
    private const int MaxEvents = 100;

    public string Name => "purpose";

    public string Title => "Purpose";

    public int Order => CardOrder.Purpose;

    public async Task<CardSection?> ReadAsync(ModelVersion version, CancellationToken cancellationToken)
    {
        if (await projects.FindAsync(version.Model, cancellationToken) is not { } project)
        {
            return new CardSection(Name, Title) { Notes = ["No project's file describes this model."] };
        }

        var today = Parse(project.Yaml);
        var then = Parse(await ThenAsync(version, cancellationToken) ?? project.Yaml) ?? today;
        string[] notes = then?.Description is null ? ["The project's file does not say what the model is for: `description` does."] : [];
        return new CardSection(Name, Title)
        {
            Facts =
            [
                new CardFact("Purpose", then?.Description),
                new CardFact("Owner", today?.Owner),
                new CardFact("Predicts", then?.Data?.Label),
                new CardFact("Task", then?.Train?.Task),
                new CardFact("Approval", then is null ? null : (then.Deploy?.Approval ?? ApprovalPolicy.Auto).Describe()),
            ],
            Notes = notes,
        };
    }

    // A file is applied before its version is registered, so the last one from before is the version's.
    private async Task<string?> ThenAsync(ModelVersion version, CancellationToken cancellationToken)
    {
        var applied = await events.ReadSubjectAsync($"project/{version.Model}", MaxEvents, cancellationToken);
        if (applied.LastOrDefault(happened => happened.Type == nameof(ProjectApplied) && happened.At <= version.CreatedAt) is not { } last)
        {
            return null;
        }

        using var data = JsonDocument.Parse(last.Data);
        return data.RootElement.GetProperty("yaml").GetString();
    }

    private static ProjectConfig? Parse(string yaml)
    {
        try
        {
            return ProjectFile.Parse(yaml, ProjectFile.DefaultName);
        }
        catch (SlipwayException)
        {
            // An older or newer program's file.
            return null;
        }
    }
}
