using System.Globalization;

namespace Slipway.Mlflow.Search;

/// <summary>
/// Reads MLflow's filters: <c>metrics.acc &gt; 0.9 and params."learning rate" = '0.1' and tags.`mlflow.user` ilike '%ann%'</c>. Comparisons joined by AND; there is no OR.
/// </summary>
public sealed class FilterParser
{
    /// <summary>The longest filter, in characters.</summary>
    public const int MostCharacters = 500_000;

    /// <summary>Each comparison may cost a look-up for each run that is looked at.</summary>
    public const int MostComparisons = 100;

    /// <summary>Values of all lists together: each is a parameter of the statement, and SQLite takes 32 766.</summary>
    public const int MostValues = 10_000;

    private readonly TokenReader _tokens;
    private int _values;

    private FilterParser(TokenReader tokens) => _tokens = tokens;

    /// <summary>The comparisons of a filter; none when it is empty.</summary>
    public static IReadOnlyList<Comparison> Parse(string? filter, FieldSet fields)
    {
        if (string.IsNullOrWhiteSpace(filter))
        {
            return [];
        }

        return filter.Length > MostCharacters
            ? throw SearchError.Of(string.Create(CultureInfo.InvariantCulture, $"The filter has {filter.Length} characters; at most {MostCharacters} are taken."))
            : new FilterParser(new TokenReader(filter, "filter", fields)).ReadAll();
    }

    private List<Comparison> ReadAll()
    {
        var comparisons = new List<Comparison> { ReadComparison() };
        while (!_tokens.IsAtEnd)
        {
            if (!_tokens.TakeKeyword("and"))
            {
                throw _tokens.Error(_tokens.Peek().IsKeyword("or")
                    ? "OR is not part of the grammar: comparisons are joined by AND. For one of several values write IN ('a', 'b')."
                    : $"expected AND or the end, found {SearchError.Show(_tokens.Peek())}.");
            }

            if (comparisons.Count == MostComparisons)
            {
                throw _tokens.Error(string.Create(CultureInfo.InvariantCulture, $"a filter takes at most {MostComparisons} comparisons."));
            }

            comparisons.Add(ReadComparison());
        }

        return comparisons;
    }

    private Comparison ReadComparison()
    {
        if (_tokens.Peek().IsSign("(") || _tokens.Peek().IsKeyword("not"))
        {
            throw _tokens.Error($"{SearchError.Show(_tokens.Peek())} cannot stand here: a filter is comparisons joined by AND, without parentheses or NOT around them.");
        }

        var field = _tokens.TakeField();
        var sign = _tokens.Peek();
        var comparator = ReadComparator();
        if (!Allows(field, comparator))
        {
            var valid = field.Kind == FieldKind.Text ? "=, !=, LIKE, ILIKE, IN, NOT IN, IS NULL and IS NOT NULL" : "=, !=, <, <=, >, >=, IS NULL and IS NOT NULL";
            throw _tokens.Error(sign, $"Invalid comparator {SearchError.Show(sign)} for {field.Name}, which is {(field.Kind == FieldKind.Text ? "a text" : "a number")}. Valid are {valid}.");
        }

        return new Comparison(field, comparator, comparator switch
        {
            Comparator.IsNull or Comparator.IsNotNull => [],
            Comparator.In or Comparator.NotIn => ReadList(field),
            Comparator.Like or Comparator.ILike => [ReadPattern(field)],
            _ => [ReadValue(field)],
        });
    }

    private Comparator ReadComparator()
    {
        var token = _tokens.Take();
        switch (token.Kind)
        {
            case TokenKind.Sign when token.Text is "=" or "!=" or "<" or "<=" or ">" or ">=":
                return token.Text switch
                {
                    "=" => Comparator.Equal,
                    "!=" => Comparator.NotEqual,
                    "<" => Comparator.Less,
                    "<=" => Comparator.LessOrEqual,
                    ">" => Comparator.Greater,
                    _ => Comparator.GreaterOrEqual,
                };

            case TokenKind.Sign when token.Text is "==" or "<>":
                throw _tokens.Error(token, $"Invalid comparator {SearchError.Show(token)}. Write {(token.Text == "==" ? "=" : "!=")}.");

            case TokenKind.Word when token.IsKeyword("like"):
                return Comparator.Like;

            case TokenKind.Word when token.IsKeyword("ilike"):
                return Comparator.ILike;

            case TokenKind.Word when token.IsKeyword("in"):
                return Comparator.In;

            case TokenKind.Word when token.IsKeyword("not") && _tokens.TakeKeyword("in"):
                return Comparator.NotIn;

            case TokenKind.Word when token.IsKeyword("is"):
                var negated = _tokens.TakeKeyword("not");
                return !_tokens.TakeKeyword("null") ? throw _tokens.Error($"expected NULL, found {SearchError.Show(_tokens.Peek())}.") : negated ? Comparator.IsNotNull : Comparator.IsNull;

            default:
                throw _tokens.Error(token, $"expected a comparison such as = or LIKE, found {SearchError.Show(token)}.");
        }
    }

    private List<object> ReadList(Field field)
    {
        if (!_tokens.TakeSign("("))
        {
            throw _tokens.Error($"expected a list such as ('a', 'b'), found {SearchError.Show(_tokens.Peek())}.");
        }

        var values = new List<object>();
        do
        {
            if (++_values > MostValues)
            {
                throw _tokens.Error(string.Create(CultureInfo.InvariantCulture, $"a filter takes at most {MostValues} values in lists."));
            }

            values.Add(ReadValue(field));
        }
        while (_tokens.TakeSign(","));

        return _tokens.TakeSign(")") ? values : throw _tokens.Error($"expected ',' or ')', found {SearchError.Show(_tokens.Peek())}.");
    }

    private object ReadPattern(Field field)
    {
        var token = _tokens.Peek();
        var pattern = ReadValue(field);
        return pattern is string { Length: > TextPattern.MostCharacters } text
            ? throw _tokens.Error(token, string.Create(CultureInfo.InvariantCulture, $"a pattern of LIKE and ILIKE has at most {TextPattern.MostCharacters} characters, found {text.Length}."))
            : pattern;
    }

    private object ReadValue(Field field)
    {
        var token = _tokens.Peek();
        if (field.Kind == FieldKind.Text)
        {
            return token.Kind == TokenKind.Text
                ? _tokens.Take().Text
                : throw _tokens.Error($"expected a quoted string value for {field.Name}, such as 'my-value', found {SearchError.Show(token)}.");
        }

        if (token.Kind != TokenKind.Number)
        {
            throw _tokens.Error($"expected a numeric value for {field.Name}, found {SearchError.Show(token)}.");
        }

        _tokens.Take();

        // Whole numbers stay whole: a moment in milliseconds, or a large one, is compared exactly.
        return long.TryParse(token.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole)
            ? whole
            : double.Parse(token.Text, NumberStyles.Float, CultureInfo.InvariantCulture);
    }

    private static bool Allows(Field field, Comparator comparator) => comparator switch
    {
        Comparator.Equal or Comparator.NotEqual or Comparator.IsNull or Comparator.IsNotNull => true,
        Comparator.Like or Comparator.ILike or Comparator.In or Comparator.NotIn => field.Kind == FieldKind.Text,
        _ => field.Kind != FieldKind.Text,
    };
}
