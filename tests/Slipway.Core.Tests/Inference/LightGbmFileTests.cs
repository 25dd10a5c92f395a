using System.Text;
using Slipway.Core.Errors;
using Slipway.Inference;
using Slipway.Inference.Tensors;

namespace Slipway.Core.Tests.Inference;

public sealed class LightGbmFileTests : IDisposable
{
    private const string Header = "tree\nversion=v4\nnum_class=1\nnum_tree_per_iteration=1\nlabel_index=0\nmax_feature_idx=1\nobjective=regression\nfeature_names=a b\n";

    private const string Tree = "Tree=0\nnum_leaves=2\nnum_cat=0\nsplit_feature=0\nthreshold=1.5\ndecision_type=2\nleft_child=-1\nright_child=-2\nleaf_value=10 20\nis_linear=0\nshrinkage=1\n";

    private const string End = "\nend of trees\n";

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void A_file_written_by_hand_is_evaluated()
    {
        using var model = Load(Header + Tree + End);

        Assert.Equal("lightgbm", model.Format);
        Assert.True(model.Signature.Tabular);
        Assert.Equal(["a", "b"], model.Signature.Inputs.Select(input => input.Name));
        Assert.Equal([10, 20, 10], LightGbmAgreementTests.Predict(model, [1.5, 0, 1.6, 0, double.NaN, 0]));
    }

    [Fact]
    public void Windows_line_ends_change_nothing()
    {
        using var model = Load((Header + Tree + End).ReplaceLineEndings("\r\n"));

        Assert.Equal([10, 20], LightGbmAgreementTests.Predict(model, [1.5, 0, 1.6, 0]));
    }

    [Theory]
    [InlineData("threshold=1.5", "threshold=abc", "threshold of tree 0")]
    [InlineData("threshold=1.5", "threshold=nan", "threshold of tree 0")]
    [InlineData("threshold=1.5", "threshold=1.5 2.5", "threshold of tree 0 has more than 1 values")]
    [InlineData("num_leaves=2", "num_leaves=2000000000", "leaf_value of tree 0 is too short for 2000000000 values")]
    [InlineData("num_leaves=2", "num_leaves=-7", "tree 0 has no leaves")]
    [InlineData("num_cat=0", "num_cat=2147483647", "cat_boundaries of tree 0 is too short")]
    [InlineData("split_feature=0", "split_feature=2", "tree 0 splits on feature 2, and there are 2")]
    [InlineData("split_feature=0", "split_feature=-1", "tree 0 splits on feature -1")]
    [InlineData("decision_type=2", "decision_type=12", "decision type 12")]
    [InlineData("decision_type=2", "decision_type=1", "categorical split 1.5, and there are 0")]
    [InlineData("left_child=-1", "left_child=0", "leads nowhere or is reached twice")]
    [InlineData("left_child=-1", "left_child=7", "leads nowhere or is reached twice")]
    [InlineData("left_child=-1", "left_child=-2", "leads nowhere or is reached twice")]
    [InlineData("left_child=-1", "left_child=-2147483648", "leads nowhere or is reached twice")]
    [InlineData("leaf_value=10 20", "leaf_value=10 inf", "leaf_value of tree 0 does not hold 2 finite numbers")]
    [InlineData("version=v4", "version=v9", "its format version is 'v9'")]
    [InlineData("feature_names=a b", "feature_names=a a", "the feature 'a' is there twice")]
    [InlineData("feature_names=a b", "feature_names=a", "max_feature_idx announces 2 features and feature_names has 1")]
    [InlineData("max_feature_idx=1", "max_feature_idx=2147483647", "max_feature_idx announces 0 features")]
    [InlineData("num_tree_per_iteration=1", "num_tree_per_iteration=0", "num_tree_per_iteration is missing or below 1")]
    [InlineData("objective=regression", "tree_sizes=100 200", "it announces 2 trees and has 1")]
    [InlineData("objective=regression", "objective=binary sigmoid:-1", "'sigmoid:-1' of its objective must be a number above zero")]
    public void Damage_is_one_sentence_that_names_the_place(string good, string bad, string message)
    {
        var error = Assert.Throws<SlipwayException>(() => Load((Header + Tree + End).Replace(good, bad, StringComparison.Ordinal)));

        Assert.Equal(ErrorKind.InvalidInput, error.Kind);
        Assert.StartsWith("model.txt is damaged: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_allocated_for_what_a_file_merely_claims()
    {
        var bytes = Encoding.UTF8.GetBytes((Header + Tree + End).Replace("num_leaves=2", "num_leaves=2000000000", StringComparison.Ordinal));
        var path = _folder.Write("model.txt", bytes);
        var before = GC.GetAllocatedBytesForCurrentThread();

        Assert.Throws<SlipwayException>(() => ModelLoader.Load(path, new ModelLoadOptions()));

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public void A_file_cut_anywhere_before_its_end_is_refused()
    {
        var whole = Header + Tree + "\n" + Tree.Replace("Tree=0", "Tree=1", StringComparison.Ordinal) + "\nend of trees";
        for (var length = 0; length < whole.Length; length++)
        {
            var error = Assert.Throws<SlipwayException>(() => Load(whole[..length]));
            Assert.Equal(ErrorKind.InvalidInput, error.Kind);
            Assert.StartsWith("model.txt ", error.Message, StringComparison.Ordinal);
        }

        Load(whole).Dispose();
    }

    [Fact]
    public void Any_changed_byte_gives_a_model_or_a_sentence()
    {
        var whole = Encoding.UTF8.GetBytes(Header + Tree + End);
        var random = new Random(11);
        for (var i = 0; i < 2000; i++)
        {
            byte[] bytes = [.. whole];
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            try
            {
                using var model = Load(bytes);
                LightGbmAgreementTests.Predict(model, [1, 2]);
            }
            catch (SlipwayException error)
            {
                Assert.Contains(error.Kind, new[] { ErrorKind.InvalidInput });
            }
        }
    }

    [Theory]
    [InlineData("objective=regression", "objective=my_loss", "objective 'my_loss', which is not known here")]
    [InlineData("is_linear=0", "is_linear=1", "model.txt has linear trees, which are not evaluated here. Train with linear_tree=false")]
    [InlineData("objective=regression\n", "", null)]
    public void What_is_not_evaluated_is_refused_by_name(string good, string bad, string? message)
    {
        var text = (Header + Tree + End).Replace(good, bad, StringComparison.Ordinal);
        if (message is null)
        {
            // A custom objective leaves no name: the raw score is the prediction, as in LightGBM.
            using var model = Load(text);
            Assert.Equal("prediction", Assert.Single(model.Signature.Outputs).Name);
            return;
        }

        Assert.Contains(message, Assert.Throws<SlipwayException>(() => Load(text)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Text_columns_are_scored_by_the_schemas_categories_and_what_is_unseen_is_missing()
    {
        // The category code of b: codes 0 and 2 go left; missing goes right.
        const string Categorical = "Tree=0\nnum_leaves=2\nnum_cat=1\nsplit_feature=1\nthreshold=0\ndecision_type=1\nleft_child=-1\nright_child=-2\nleaf_value=-3 3\ncat_boundaries=0 1\ncat_threshold=5\n";
        new TabularSchema("binary", [new("size"), new("color", ["rot", "grün", "blau"])], ["no", "yes"]).Save(Path.Combine(_folder.Path, TabularSchema.FileName));
        using var model = Load((Header + Categorical + End).Replace("objective=regression", "objective=binary sigmoid:1", StringComparison.Ordinal));
        TensorSet inputs = new(), outputs = new();
        var colors = new[] { "rot", "grün", "blau", "lila", null, "" };
        var items = inputs.Add("color", TensorType.Bytes, [6]).Items;
        for (var i = 0; i < colors.Length; i++)
        {
            items[i] = colors[i] is { } color ? Encoding.UTF8.GetBytes(color) : (ReadOnlyMemory<byte>?)null;
        }

        inputs.Add("size", TensorType.Int32, [6, 1]).Raw.Clear();

        Assert.Equal(["size", "color"], model.Signature.Inputs.Select(input => input.Name));
        Assert.Equal(6, SignatureCheck.Apply(model.Signature, inputs));
        model.Run(inputs, outputs);

        Assert.Equal(["probability", "label"], model.Signature.Outputs.Select(output => output.Name));
        Assert.Equal(["no", "yes", "no", "yes", "yes", "yes"], outputs[1].Items.ToArray().Select(item => Encoding.UTF8.GetString(item!.Value.Span)));
        Assert.Equal(1 / (1 + Math.Exp(3)), outputs[0].Values<double>()[0], 1e-15);
    }

    [Theory]
    [InlineData("multiclass", "a,b,c", "model.json says multiclass, but model.txt was trained with the objective 'regression'.")]
    [InlineData("binary", "a,b", "model.json says binary, but model.txt was trained with the objective 'regression'.")]
    [InlineData("regression", "", "model.json has 1 columns, but model.txt has 2 features.")]
    public void A_schema_that_does_not_fit_the_trees_is_refused(string task, string labels, string message)
    {
        TabularColumn[] columns = task == "regression" ? [new("a")] : [new("a"), new("b")];
        new TabularSchema(task, columns, labels.Split(',', StringSplitOptions.RemoveEmptyEntries)).Save(Path.Combine(_folder.Path, TabularSchema.FileName));

        Assert.Equal(message, Assert.Throws<SlipwayException>(() => Load(Header + Tree + End)).Message);
    }

    [Fact]
    public void A_run_of_one_row_allocates_nothing_in_steady_state()
    {
        using var model = Load(Header + Tree + End);
        TensorSet inputs = new(), outputs = new();
        void Run()
        {
            inputs.Clear();
            inputs.Add("b", TensorType.Float64, [1]).Values<double>()[0] = 1;
            inputs.Add("a", TensorType.Float32, [1]).Values<float>()[0] = 1;
            SignatureCheck.Apply(model.Signature, inputs);
            model.Run(inputs, outputs);
        }

        for (var i = 0; i < 100; i++)
        {
            Run();
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        Run();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    public void Dispose() => _folder.Dispose();

    private IModel Load(string text) => Load(Encoding.UTF8.GetBytes(text));

    private IModel Load(byte[] bytes) => ModelLoader.Load(_folder.Write("model.txt", bytes), new ModelLoadOptions());
}
