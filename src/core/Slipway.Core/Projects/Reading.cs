using Slipway.Core.Projects.Yaml;

namespace Slipway.Core.Projects;

/// <summary>Collects what is wrong with a file, and what is right but not built yet, while it is read once.</summary>
internal sealed class Reading(string file)
{
    private readonly List<ConfigProblem> _problems = [];
    private readonly List<ConfigProblem> _notAvailable = [];
    private int _insideNotAvailable;

    /// <summary>All mistakes, in the file's order.</summary>
    public IReadOnlyList<ConfigProblem> Problems => InOrder(_problems);

    /// <summary>What was set and is valid, but not available yet, in the file's order.</summary>
    public IReadOnlyList<ConfigProblem> NotAvailable => InOrder(_notAvailable);

    public void Refuse(YamlNode at, string path, string message) => Refuse(at.Line, at.Column, path, message);

    public void Refuse(int line, int column, string path, string message) => _problems.Add(new ConfigProblem(file, line, column, path, message));

    public void NotYet(YamlNode at, string path, string message)
    {
        // One line says that a section is not available; its twenty keys need not repeat it.
        if (_insideNotAvailable == 0)
        {
            _notAvailable.Add(new ConfigProblem(file, at.Line, at.Column, path, message));
        }
    }

    /// <summary>Until <see cref="LeaveNotAvailable"/>, what is read belongs to something that was reported as a whole.</summary>
    public void EnterNotAvailable() => _insideNotAvailable++;

    public void LeaveNotAvailable() => _insideNotAvailable--;

    private static List<ConfigProblem> InOrder(List<ConfigProblem> problems) => [.. problems.OrderBy(p => p.Line).ThenBy(p => p.Column)];
}
