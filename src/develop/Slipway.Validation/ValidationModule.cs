using Microsoft.Extensions.DependencyInjection;

namespace Slipway.Validation;

/// <summary>Validation: gates with intervals and verdicts.</summary>
public static class ValidationModule
{
    /// <summary>Adds <see cref="IValidator"/>.</summary>
    public static IServiceCollection AddValidation(this IServiceCollection services) => services.AddSingleton<IValidator, Validator>();
}
