using System.Globalization;
using Slipway.Core.Errors;

namespace Slipway.Mlflow.Search;

/// <summary>Reads MLflow's orders: <c>metrics.acc DESC</c>, <c>attributes.start_time</c>.</summary>
public static class OrderParser
{
    /// <summary>Each term may cost a look-up for each run that is sorted.</summary>
    public const int MostTerms = 10;

    private const int MostCharacters = 1000;

    /// <summary>The terms, with what decides between equals behind them; the usual order when nothing is asked for.</summary>
    public static IReadOnlyList<OrderTerm> Parse(IReadOnlyList<string> orderBy, FieldSet fields) => Read(orderBy, text => ReadTerm(text, fields), fields);

    /// <summary>As the other, of terms in another form, each of which <paramref name="read"/> reads.</summary>
    public static IReadOnlyList<OrderTerm> Read<T>(IReadOnlyList<T> orderBy, Func<T, OrderTerm> read, FieldSet fields)
    {
        if (orderBy.Count > MostTerms)
        {
            throw SearchError.Of(string.Create(CultureInfo.InvariantCulture, $"Invalid order_by: {orderBy.Count} terms; at most {MostTerms} are taken."));
        }

        var terms = new List<OrderTerm>();
        foreach (var term in orderBy.Select(read))
        {
            if (terms.Any(other => other.Field == term.Field))
            {
                throw SearchError.Of($"`order_by` contains duplicate fields: {term.Field.Name} is named twice.");
            }

            terms.Add(term);
        }

        terms.AddRange(terms.Count == 0 ? fields.DefaultOrder : []);
        terms.AddRange(fields.Ties.Where(tie => !terms.Exists(term => term.Field == tie.Field)));
        return terms;
    }

    private static OrderTerm ReadTerm(string text, FieldSet fields)
    {
        if (text.Length > MostCharacters)
        {
            throw SearchError.Of(string.Create(CultureInfo.InvariantCulture, $"Invalid order_by {SearchError.Show(text)}: longer than {MostCharacters} characters."));
        }

        var tokens = new TokenReader(text, $"order_by {SearchError.Show(text)}", fields);
        var field = tokens.TakeField();
        var descending = tokens.TakeKeyword("desc");
        if (!descending)
        {
            tokens.TakeKeyword("asc");
        }

        return !tokens.IsAtEnd ? throw tokens.Error($"expected ASC, DESC or the end, found {SearchError.Show(tokens.Peek())}.")
            : field is not RelatedField related ? new OrderTerm(field, descending)
            : related.Order is { } order ? new OrderTerm(order, descending)
            : throw Unordered(field);
    }

    private static SlipwayException Unordered(Field field) => SearchError.Of($"Invalid order_by entity type: {field.Name} gives no order, since there may be several of them.");
}
