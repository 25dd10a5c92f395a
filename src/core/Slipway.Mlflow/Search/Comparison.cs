namespace Slipway.Mlflow.Search;

/// <summary>How a field is compared.</summary>
internal enum Comparator
{
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Like,
    ILike,
    In,
    NotIn,
    IsNull,
    IsNotNull,
}

/// <summary>One condition of a filter. All conditions of a filter must hold.</summary>
/// <param name="Field">What is compared.</param>
/// <param name="Comparator">How.</param>
/// <param name="Values">With what: texts, or for a number a <see cref="long"/> or a <see cref="double"/>. One value, several for a list, none for null.</param>
internal sealed record Comparison(Field Field, Comparator Comparator, IReadOnlyList<object> Values)
{
    public object Value => Values[0];
}

/// <summary>One term of an order. What a thing lacks comes last in both directions, and NaN before that.</summary>
/// <param name="Field">By what.</param>
/// <param name="Descending">True for the largest first.</param>
public sealed record OrderTerm(Field Field, bool Descending);
