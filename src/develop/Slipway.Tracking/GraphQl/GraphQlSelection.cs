using GraphQLParser.AST;

namespace Slipway.Tracking.GraphQl;

/// <summary>A field that is asked for: under which name it is answered, and what of it.</summary>
/// <param name="Key">The name in the answer.</param>
/// <param name="Field">The first of the selections with that name.</param>
/// <param name="Fields">What is asked of it; empty for a scalar.</param>
internal sealed record GraphQlSelection(string Key, GraphQLField Field, IReadOnlyList<GraphQlSelection> Fields)
{
    public string Name => Field.Name.StringValue;
}
