using Slipway.Core.Errors;

namespace Slipway.Registry.Endpoints;

/// <summary>How long a page of a list may be.</summary>
internal static class PageLimit
{
    public const int Default = 100;

    private const int Most = 1000;

    public static int Check(int limit) => limit is >= 1 and <= Most
        ? limit
        : throw new SlipwayException(ErrorKind.InvalidInput, $"'limit' is {limit}. Give a number from 1 to {Most}.");
}
