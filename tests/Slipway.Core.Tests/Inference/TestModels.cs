using Slipway.Core.Tests.Core;

namespace Slipway.Core.Tests.Inference;

/// <summary>The models in <c>data/</c>, which <c>data/make_models.py</c> writes.</summary>
internal static class TestModels
{
    public static string Path(string name) => Repository.File($"tests/Slipway.Core.Tests/Inference/data/{name}");
}
