namespace Slipway.Serving.Repository.Configuration;

/// <summary>A message in protobuf's text form: its fields in the order of the file, repeated ones several times.</summary>
/// <param name="Fields">The fields.</param>
internal sealed record ProtoMessage(IReadOnlyList<ProtoField> Fields) : ProtoValue;

/// <summary>One field of a message.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its value.</param>
/// <param name="Line">Where the name stands: 1, 2, 3 …</param>
/// <param name="Column">The column of its first character: 1, 2, 3 …</param>
internal sealed record ProtoField(string Name, ProtoValue Value, int Line, int Column);

/// <summary>What a field holds.</summary>
internal abstract record ProtoValue;

/// <summary>A number or a word (an enum's member, true, false) as it stands in the file.</summary>
internal sealed record ProtoWord(string Text) : ProtoValue;

/// <summary>A text in quotes, without them.</summary>
internal sealed record ProtoString(string Text) : ProtoValue;
