namespace Slipway.Mlflow.Search;

/// <summary>What a piece of a filter is.</summary>
internal enum TokenKind
{
    /// <summary>A word outside quotes: a keyword, or a part of a field's name.</summary>
    Word,

    /// <summary>A text in single or double quotes: a value, or a key where one is expected.</summary>
    Text,

    /// <summary>A name in backticks.</summary>
    Name,

    /// <summary>A number with sign, fraction and exponent.</summary>
    Number,

    /// <summary>A comparison sign, a parenthesis, a comma or a dot.</summary>
    Sign,

    /// <summary>The end of the filter.</summary>
    End,
}

/// <summary>One piece of a filter.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">Its text, without quotes and with escapes resolved.</param>
/// <param name="Position">Where it begins; the first character is 1.</param>
internal readonly record struct Token(TokenKind Kind, string Text, int Position)
{
    public bool IsSign(string sign) => Kind == TokenKind.Sign && Text == sign;

    public bool IsKeyword(string keyword) => Kind == TokenKind.Word && Text.Equals(keyword, StringComparison.OrdinalIgnoreCase);
}
