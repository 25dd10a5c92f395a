using System.Text;
using System.Text.Json;
using Slipway.Inference;

namespace Slipway.Serving.OpenInference;

/// <summary>The parts of an answer that are the same for every request to a version.</summary>
internal sealed class AnswerTemplate
{
    private readonly Dictionary<string, byte[]> _outputs;
    private readonly string[] _names;

    public AnswerTemplate(string deployment, string version, string role, ModelSignature signature)
    {
        var named = $"{{\"model_name\":{Quote(deployment)},\"model_version\":{Quote(version)},";
        Head = Encoding.UTF8.GetBytes($"{named}\"parameters\":{{\"role\":{Quote(role)}}},\"id\":");
        BareHead = Encoding.UTF8.GetBytes($"{named}\"id\":");
        Parameters = Encoding.UTF8.GetBytes($",\"parameters\":{{\"role\":{Quote(role)}");
        _names = [.. signature.Outputs.Select(o => o.Name)];
        _outputs = signature.Outputs.ToDictionary(
            o => o.Name, o => Encoding.UTF8.GetBytes($"{{\"name\":{Quote(o.Name)},\"datatype\":"), StringComparer.Ordinal);
    }

    /// <summary>Everything up to the id's value.</summary>
    public byte[] Head { get; }

    /// <summary>Everything up to the id's value, without parameters, for an answer that ends with them.</summary>
    public byte[] BareHead { get; }

    /// <summary>The parameters as an answer's last member, up to the end of the last one.</summary>
    public byte[] Parameters { get; }

    /// <summary>An output's beginning, up to its datatype's value.</summary>
    public byte[] Output(string name) => _outputs[name];

    /// <summary>The outputs' names, in the signature's order.</summary>
    public string[] Names => _names;

    private static string Quote(string text) => $"\"{JsonEncodedText.Encode(text)}\"";
}
