using System.Globalization;
using Slipway.Core.Errors;

namespace Slipway.Registry.Cards;

/// <summary>A part of a card that a person must write: no figure says what a model is meant for.</summary>
/// <param name="Name">Its name in JSON and on the command line.</param>
/// <param name="Title">Its heading.</param>
/// <param name="Asks">What it should say.</param>
/// <param name="Order">Its place among the card's sections.</param>
public sealed record CardPart(string Name, string Title, string Asks, int Order)
{
    /// <summary>The longest text, in characters.</summary>
    public const int MaxLength = 4000;

    /// <summary>The four parts, in the card's order.</summary>
    public static IReadOnlyList<CardPart> All { get; } =
    [
        new("intendedUse", "Intended use", "What is it for, who uses its answers, and what do they decide by them?", CardOrder.Use),
        new("outOfScope", "Out-of-scope use", "What must it not be used for, although somebody might?", CardOrder.Use + 1),
        new("limitations", "Limitations", "Where is it known to be weak: which inputs, seasons, groups?", CardOrder.Limits + 1),
        new("ethics", "Ethical considerations", "Whom may a wrong answer harm, and what is done about that?", CardOrder.Limits + 2),
    ];

    /// <summary>The part of that name; <see cref="ErrorKind.InvalidInput"/> names those there are.</summary>
    public static CardPart Get(string name) => All.FirstOrDefault(part => part.Name == name)
        ?? throw new SlipwayException(ErrorKind.InvalidInput, $"A card has no part '{Core.Text.Excerpt.Of(name)}'. Its parts are {string.Join(", ", All.Select(part => part.Name))}.");

    /// <summary>The text as it is kept: line ends are one character, and there are no blanks around it.</summary>
    internal string Check(string text)
    {
        var kept = text.ReplaceLineEndings("\n").Trim();
        if (kept.Length > MaxLength)
        {
            throw new SlipwayException(
                ErrorKind.TooLarge,
                string.Create(CultureInfo.InvariantCulture, $"The card's part {Name} has {kept.Length:N0} characters, and at most {MaxLength:N0} are kept. Shorten it, or link to the longer text."));
        }

        for (var i = 0; i < kept.Length; i++)
        {
            // Half a pair is no text, and PostgreSQL keeps no zero.
            var half = char.IsHighSurrogate(kept[i]) ? i + 1 == kept.Length || !char.IsLowSurrogate(kept[i + 1]) : char.IsLowSurrogate(kept[i]) && (i == 0 || !char.IsHighSurrogate(kept[i - 1]));
            if (half || (char.IsControl(kept[i]) && kept[i] is not ('\n' or '\t')))
            {
                throw new SlipwayException(
                    ErrorKind.InvalidInput, string.Create(CultureInfo.InvariantCulture, $"The card's part {Name} has the character U+{(int)kept[i]:X4} at place {i + 1}, which is no text. Take it out."));
            }
        }

        return kept;
    }
}
