namespace Slipway.Mlflow;

/// <summary>Which registered versions came of logged models. The registry knows and provides this; tracking answers with it.</summary>
public interface IModelRegistrations
{
    /// <summary>The most versions that are told of one logged model.</summary>
    const int Most = 100;

    /// <summary>The versions that came of each of some logged models, the newest <see cref="Most"/> of each, by name and number.</summary>
    Task<ILookup<string, ModelRegistration>> ListAsync(IReadOnlyList<string> modelIds, CancellationToken cancellationToken);
}

/// <summary>A registered version that came of a logged model.</summary>
/// <param name="Name">The registered model.</param>
/// <param name="Number">The version's number.</param>
public sealed record ModelRegistration(string Name, long Number);
