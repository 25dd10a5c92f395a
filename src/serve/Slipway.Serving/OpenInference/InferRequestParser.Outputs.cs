using System.Text;

namespace Slipway.Serving.OpenInference;

/// <content>The outputs that a request asks for.</content>
internal ref partial struct InferRequestParser
{
    private void ReadOutputs()
    {
        Expect((byte)'[', "\"outputs\" must be an array");
        for (var first = true; NextItem(ref first);)
        {
            Expect((byte)'{', "each of \"outputs\" must be an object with a \"name\"");
            string? output = null;
            var form = default(OutputForm);
            for (var firstMember = true; NextMember(ref firstMember, out var name);)
            {
                if (name.SequenceEqual("name"u8))
                {
                    output = output is null ? OutputName(ReadText("the name of an output")) : throw Twice("name");
                }
                else if (name.SequenceEqual("parameters"u8))
                {
                    form = ReadOutputParameters(output);
                }
                else
                {
                    SkipValue();
                }
            }

            if (output is null)
            {
                throw Bad("One of \"outputs\" has no \"name\"");
            }

            // Compared with the model's outputs later; more than any model has need not be collected.
            if (_call.RequestedOutputs.Contains(output))
            {
                throw Bad($"Output '{Short(output)}' is asked for twice");
            }

            if (_call.RequestedOutputs.Count == MaxOutputs)
            {
                throw Bad($"The request asks for more than {MaxOutputs} outputs");
            }

            _call.RequestedOutputs.Add(output);
            _call.OutputForms.Add(form);
        }
    }

    // The names that are asked for are nearly always those of the version that answers, and those are there already.
    private readonly string OutputName(ReadOnlySpan<byte> name)
    {
        foreach (var output in _call.Route!.Stable.Answer.Names)
        {
            if (Ascii.Equals(name, output))
            {
                return output;
            }
        }

        return Encoding.UTF8.GetString(name);
    }
}
