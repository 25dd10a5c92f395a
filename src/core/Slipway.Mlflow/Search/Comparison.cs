namespace Slipway.Mlflow.Search;

/// <summary>How a field is compared.</summary>
public enum Comparator
{
    /// <summary><c>=</c></summary>
    Equal,

    /// <summary><c>!=</c></summary>
    NotEqual,

    /// <summary><c>&lt;</c></summary>
    Less,

    /// <summary><c>&lt;=</c></summary>
    LessOrEqual,

    /// <summary><c>&gt;</c></summary>
    Greater,

    /// <summary><c>&gt;=</c></summary>
    GreaterOrEqual,

    /// <summary>LIKE: % and _, letters as they are.</summary>
    Like,

    /// <summary>ILIKE: as LIKE, upper and lower case alike.</summary>
    ILike,

    /// <summary><c>IN (…)</c></summary>
    In,

    /// <summary><c>NOT IN (…)</c></summary>
    NotIn,

    /// <summary><c>IS NULL</c></summary>
    IsNull,

    /// <summary><c>IS NOT NULL</c></summary>
    IsNotNull,
}

/// <summary>One condition of a filter. All conditions of a filter must hold.</summary>
/// <param name="Field">What is compared.</param>
/// <param name="Comparator">How.</param>
/// <param name="Values">With what: texts, or for a number a <see cref="long"/> or a <see cref="double"/>. One value, several for a list, none for null.</param>
public sealed record Comparison(Field Field, Comparator Comparator, IReadOnlyList<object> Values)
{
    /// <summary>The value of what compares with one.</summary>
    public object Value => Values[0];
}

/// <summary>One term of an order. What a thing lacks comes last in both directions, and NaN before that.</summary>
/// <param name="Field">By what.</param>
/// <param name="Descending">True for the largest first.</param>
public sealed record OrderTerm(Field Field, bool Descending);
