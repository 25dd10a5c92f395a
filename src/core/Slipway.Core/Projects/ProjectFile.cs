using System.Reflection;
using System.Text;
using Slipway.Core.Errors;
using Slipway.Core.Projects.Sections;
using Slipway.Core.Projects.Yaml;

namespace Slipway.Core.Projects;

/// <summary>Reads <c>slipway.yaml</c>.</summary>
public static class ProjectFile
{
    /// <summary>The usual name.</summary>
    public const string DefaultName = "slipway.yaml";

    /// <summary>The largest file, in bytes.</summary>
    public const int MaxBytes = 1 << 20;

    /// <summary>How many mistakes are shown; a file with more is no project file, and a list of ten thousand helps nobody.</summary>
    public const int MaxProblems = 100;

    private static readonly Lazy<string> SchemaText = new(ReadSchema);

    /// <summary>The JSON Schema (draft-07, which editors know) of the file.</summary>
    public static string Schema => SchemaText.Value;

    /// <summary>Reads and checks a file's text.</summary>
    /// <param name="text">The yaml.</param>
    /// <param name="file">The file's name, for messages.</param>
    /// <exception cref="SlipwayException">
    /// <see cref="ErrorKind.InvalidInput"/> with every mistake in <see cref="SlipwayException.Details"/>, in the file's order; <see cref="ErrorKind.TooLarge"/> past <see cref="MaxBytes"/>.
    /// </exception>
    public static ProjectConfig Parse(string text, string file)
    {
        ArgumentNullException.ThrowIfNull(text);
        ThrowIfTooLarge(Encoding.UTF8.GetByteCount(text), file);
        var reading = new Reading(file);
        var root = YamlReader.Read(reading, text);
        var map = root is not null && ProjectKeys.Shape.TryRead(reading, root, "", out var read) ? read : null;
        if (reading.Problems is { Count: > 0 } problems)
        {
            throw Refuse(file, problems);
        }

        return ProjectKeys.Build(map!) with { NotAvailable = reading.NotAvailable };
    }

    /// <summary>The text of a file on disk, for <see cref="Parse"/>; never more than <see cref="MaxBytes"/> of it.</summary>
    /// <exception cref="SlipwayException">
    /// <see cref="ErrorKind.InvalidInput"/> when there is no such file or it cannot be read as text; <see cref="ErrorKind.TooLarge"/> past the bound.
    /// </exception>
    public static async Task<string> ReadAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            await using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1, useAsync: true);

            // Bounded by what is read and not by what the file system says: a pipe or /dev/zero has no length.
            var bytes = new byte[MaxBytes + 1];
            var count = await stream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken);
            ThrowIfTooLarge(count, path);
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes, 0, count);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new SlipwayException(ErrorKind.InvalidInput, $"There is no file {path}. Run `slipway init` to write one, or name yours with -f.", e);
        }
        catch (DecoderFallbackException e)
        {
            throw new SlipwayException(ErrorKind.InvalidInput, $"{path} is not UTF-8 text. Save it as UTF-8.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SlipwayException(ErrorKind.InvalidInput, $"{path} cannot be read: {e.Message}", e);
        }
    }

    private static void ThrowIfTooLarge(int bytes, string file)
    {
        if (bytes > MaxBytes)
        {
            throw new SlipwayException(
                ErrorKind.TooLarge,
                $"{file} is larger than 1 MiB, the most that is read. A project file holds settings; put data into files beside it.");
        }
    }

    private static SlipwayException Refuse(string file, IReadOnlyList<ConfigProblem> problems)
    {
        var count = problems.Count == 1 ? "1 mistake" : $"{problems.Count} mistakes";
        var shown = problems.Count > MaxProblems ? $"; the first {MaxProblems} are:" : ":";
        return new SlipwayException(ErrorKind.InvalidInput, $"{file} has {count}{shown}")
        {
            Details = [.. problems.Take(MaxProblems).Select(p => p.ToString())],
        };
    }

    private static string ReadSchema()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("slipway.schema.json")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
