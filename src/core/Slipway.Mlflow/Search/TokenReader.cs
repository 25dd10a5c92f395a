using Slipway.Core.Errors;

namespace Slipway.Mlflow.Search;

/// <summary>Goes through the pieces of a text, and reads the names of fields in it.</summary>
internal sealed class TokenReader(string text, string what, FieldSet fields)
{
    private readonly List<Token> _tokens = new Tokenizer(text, what).Read();
    private int _next;

    public bool IsAtEnd => Peek().Kind == TokenKind.End;

    public Token Peek() => _tokens[_next];

    public Token Take() => IsAtEnd ? Peek() : _tokens[_next++];

    public bool TakeSign(string sign) => Advance(Peek().IsSign(sign));

    public bool TakeKeyword(string keyword) => Advance(Peek().IsKeyword(keyword));

    /// <summary>A mistake at the next piece.</summary>
    public SlipwayException Error(string mistake) => Error(Peek(), mistake);

    public SlipwayException Error(Token token, string mistake) => SearchError.At(what, token.Position, mistake);

    /// <summary>
    /// A field: <c>status</c>, <c>metrics.acc</c>, <c>params."learning rate"</c>, <c>tags.`mlflow.user`</c>, <c>`param`.`x`</c>. What stands before the first dot outside quotes is the prefix.
    /// </summary>
    public Field TakeField()
    {
        var first = Take();
        if (first.Kind is not (TokenKind.Word or TokenKind.Name or TokenKind.Text))
        {
            throw Error(first, $"expected a field such as metrics.acc or params.lr, found {SearchError.Show(first)}.");
        }

        string? prefix = null;
        var key = first.Text;
        var dot = first.Kind == TokenKind.Word ? first.Text.IndexOf('.', StringComparison.Ordinal) : -1;
        if (dot >= 0)
        {
            prefix = first.Text[..dot];
            key = dot + 1 < first.Text.Length ? first.Text[(dot + 1)..] : TakeKey();
        }
        else if (TakeSign("."))
        {
            prefix = first.Text;
            key = TakeKey();
        }

        return fields.TryFind(prefix, key, out var field, out var mistake) ? field : throw Error(first, mistake);
    }

    private string TakeKey()
    {
        var key = Take();
        return key.Kind is TokenKind.Word or TokenKind.Name or TokenKind.Text && key.Text.Length > 0
            ? key.Text
            : throw Error(key, $"expected a key, found {SearchError.Show(key)}.");
    }

    private bool Advance(bool matches)
    {
        _next += matches ? 1 : 0;
        return matches;
    }
}
