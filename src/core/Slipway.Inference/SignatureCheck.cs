using Slipway.Core.Errors;
using Slipway.Inference.Tensors;

namespace Slipway.Inference;

/// <summary>Checks what a caller sent against a model's signature.</summary>
public static class SignatureCheck
{
    /// <summary>
    /// Brings <paramref name="inputs"/> into the signature's order, converting numbers where nothing is lost by it, and returns the number of rows.
    /// </summary>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.InvalidInput"/>, one sentence naming the input and what was expected.</exception>
    public static int Apply(ModelSignature signature, TensorSet inputs) => throw new SlipwayException(ErrorKind.NotAvailable, "Not available yet.");
}
