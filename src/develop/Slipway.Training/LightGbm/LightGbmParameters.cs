using System.Buffers;
using System.Collections.Frozen;
using System.Text;
using System.Text.Json;
using Slipway.Core.Errors;

namespace Slipway.Training.LightGbm;

/// <summary>
/// The parameters a project may give, by LightGBM's names. LightGBM itself only warns of a name that it does not know, so a typing mistake would train another model than was
/// asked for; here it is refused. Names and aliases come from the library that is loaded, so they are always those of its version.
/// </summary>
internal static class LightGbmParameters
{
    /// <summary>What shapes the model. Everything else that LightGBM knows is refused: files, network, devices, and what Slipway sets itself.</summary>
    private static readonly FrozenSet<string> Allowed = FrozenSet.Create(
        StringComparer.Ordinal,
        "objective", "boosting", "data_sample_strategy", "learning_rate", "num_leaves", "max_depth", "min_data_in_leaf", "min_sum_hessian_in_leaf", "bagging_fraction",
        "pos_bagging_fraction", "neg_bagging_fraction", "bagging_freq", "bagging_seed", "feature_fraction", "feature_fraction_bynode", "feature_fraction_seed", "extra_trees",
        "extra_seed", "max_delta_step", "lambda_l1", "lambda_l2", "min_gain_to_split", "drop_rate", "max_drop", "skip_drop", "xgboost_dart_mode", "uniform_drop", "drop_seed",
        "top_rate", "other_rate", "min_data_per_group", "max_cat_threshold", "cat_l2", "cat_smooth", "max_cat_to_onehot", "monotone_constraints", "monotone_constraints_method",
        "monotone_penalty", "feature_contri", "path_smooth", "interaction_constraints", "use_quantized_grad", "num_grad_quant_bins", "quant_train_renew_leaf", "stochastic_rounding",
        "max_bin", "max_bin_by_feature", "min_data_in_bin", "bin_construct_sample_cnt", "data_random_seed", "is_enable_sparse", "enable_bundle", "use_missing", "zero_as_missing",
        "feature_pre_filter", "is_unbalance", "scale_pos_weight", "sigmoid", "boost_from_average", "reg_sqrt", "alpha", "fair_c", "poisson_max_delta_step",
        "tweedie_variance_power", "objective_seed", "histogram_pool_size");

    private static readonly FrozenDictionary<string, string> Elsewhere = new Dictionary<string, string>
    {
        ["num_iterations"] = "Write it as `rounds`.",
        ["num_threads"] = "Write it as `threads`.",
        ["seed"] = "Write it as `seed`, beside `rounds` and `threads`.",
        ["num_class"] = "It follows from the label's values.",
        ["categorical_feature"] = "Text columns are categories; cast others in the SQL: column::varchar.",
        ["label_column"] = "The label is `data.label`.",
        ["deterministic"] = "It is always on.",
        ["force_row_wise"] = "It is always on, because the choice would change the model.",
        ["force_col_wise"] = "Trees are always built row-wise, because the choice would change the model.",
        ["early_stopping_round"] = "Give `rounds`, or search for them: `search: { rounds: [50, 500] }`.",
        ["linear_tree"] = "Linear trees cannot be served yet.",
        ["device_type"] = "Training runs on the processor.",
        ["metric"] = "Trials are judged by rmse or log_loss, models by the `validate` section.",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly SearchValues<char> Separators = SearchValues.Create(" =\"'#");

    // Canonical name by name and alias.
    private static readonly Lazy<FrozenDictionary<string, string>> Names = new(ReadNames);

    /// <summary>Every name and alias that a project may use.</summary>
    public static IEnumerable<string> AllowedNames => Names.Value.Where(n => Allowed.Contains(n.Value)).Select(n => n.Key);

    /// <summary>The canonical names that are allowed.</summary>
    internal static IEnumerable<string> AllowedCanonicalNames => Allowed;

    /// <summary>The parameters under their canonical names, sorted.</summary>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.InvalidInput"/> with every mistake in its details.</exception>
    public static SortedDictionary<string, string> Check(IReadOnlyDictionary<string, string> given)
    {
        var problems = new List<string>();
        var canonical = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var writtenAs = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in given)
        {
            if (Problem(name, value) is { } problem)
            {
                problems.Add(problem);
                continue;
            }

            var known = Names.Value[name];
            if (!canonical.TryAdd(known, value))
            {
                problems.Add($"The LightGBM parameters '{writtenAs[known]}' and '{name}' are two names of the same. Give one of them.");
                continue;
            }

            writtenAs[known] = name;
        }

        return problems.Count == 0 ? canonical : throw Refused(problems);
    }

    /// <summary>The canonical name of a parameter to search over: as the others, or <c>rounds</c>.</summary>
    public static string CheckSearched(string name) => name == SearchSpace.Rounds ? name : Problem(name, "0") is { } problem ? throw Refused([problem]) : Names.Value[name];

    private static SlipwayException Refused(List<string> problems) => new(ErrorKind.InvalidInput, string.Join(" ", problems)) { Details = problems };

    private static string? Problem(string name, string value)
    {
        if (!Names.Value.TryGetValue(name, out var canonical))
        {
            var near = Nearest(name);
            return $"LightGBM has no parameter '{name}'{(near is null ? "." : $". Did you mean '{near}'?")}";
        }

        if (!Allowed.Contains(canonical))
        {
            return $"The LightGBM parameter '{name}' cannot be given here. {Elsewhere.GetValueOrDefault(canonical, "It is about files, machines or output, not about the model.")}";
        }

        // Parameters travel as "name=value name=value": a space would begin another one.
        return value.Length == 0 || value.AsSpan().ContainsAny(Separators) || value.Any(char.IsControl)
            ? $"The LightGBM parameter '{name}' has the value '{value}', but a value is one word or number, or several with commas and no spaces."
            : null;
    }

    private static string? Nearest(string name)
    {
        var best = AllowedNames.Append("rounds").Append("threads").Append("seed")
            .Select(candidate => (candidate, Distance: Distance(name, candidate)))
            .OrderBy(c => c.Distance).ThenBy(c => c.candidate, StringComparer.Ordinal)
            .First();
        return best.Distance <= Math.Max(2, name.Length / 3) ? best.candidate : null;
    }

    /// <summary>How many letters to insert, delete, replace or exchange with their neighbour (optimal string alignment).</summary>
    private static int Distance(string a, string b)
    {
        var rows = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
        {
            for (var j = 0; j <= b.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    rows[i, j] = i + j;
                    continue;
                }

                var cost = char.ToLowerInvariant(a[i - 1]) == b[j - 1] ? 0 : 1;
                var least = Math.Min(Math.Min(rows[i - 1, j] + 1, rows[i, j - 1] + 1), rows[i - 1, j - 1] + cost);
                var exchanged = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
                rows[i, j] = exchanged ? Math.Min(least, rows[i - 2, j - 2] + 1) : least;
            }
        }

        return rows[a.Length, b.Length];
    }

    private static FrozenDictionary<string, string> ReadNames()
    {
        var buffer = new byte[1 << 16];
        LightGbmError.Check(NativeMethods.DumpParamAliases(buffer.Length, out var length, buffer));
        if (length > buffer.Length)
        {
            buffer = new byte[length];
            LightGbmError.Check(NativeMethods.DumpParamAliases(buffer.Length, out length, buffer));
        }

        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        var aliases = JsonSerializer.Deserialize<Dictionary<string, string[]>>(Encoding.UTF8.GetString(buffer, 0, (int)length - 1))!;
        foreach (var (canonical, others) in aliases)
        {
            names[canonical] = canonical;
            foreach (var alias in others)
            {
                names[alias] = canonical;
            }
        }

        return names.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
