using Slipway.Access;

namespace Slipway.Mlflow.Contract;

/// <summary>What the OpenAPI document says of a route of MLflow's clients. Requests are read without it.</summary>
/// <param name="Summary">What the route does.</param>
/// <param name="Request">The fields of its request, as <see cref="MlflowField.ListOf"/> reads them; <see cref="File"/> for the bytes of a file. What the address names is not among them.</param>
/// <param name="Answer">The fields of its answer; none for <c>{}</c>.</param>
public sealed record MlflowContract(string Summary, string Request = "", string Answer = "")
{
    /// <summary>A body that is a file.</summary>
    public const string File = "<file>";
}

/// <summary>The contracts of a module's routes by the routes' names, and the messages that they speak of.</summary>
/// <param name="Routes">What is said of each route.</param>
/// <param name="Messages">The fields of messages that several routes share, by name; <c>= A B</c> for the values of an enum.</param>
public sealed record MlflowContracts(IReadOnlyDictionary<string, MlflowContract> Routes, IReadOnlyDictionary<string, string> Messages);

/// <summary>Marks the routes of MLflow's clients for the document.</summary>
/// <param name="Name">The name that its contract is known by.</param>
/// <param name="Permission">What a caller needs.</param>
public sealed record MlflowRoute(string Name, Permission Permission);
