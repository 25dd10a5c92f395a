using CsCheck;
using Slipway.Core;
using Slipway.Core.Names;
using Slipway.Inference;
using Slipway.Inference.Tensors;
using Slipway.Registry;

namespace Slipway.Release.Tests.Registry;

public sealed class VersionProposalTests
{
    private static readonly TensorSpec Temp = new("temp", TensorType.Float32, [-1]);
    private static readonly TensorSpec Hum = new("hum", TensorType.Float32, [-1]);
    private static readonly TensorSpec City = new("city", TensorType.Bytes, [-1]);
    private static readonly TensorSpec Rentals = new("rentals", TensorType.Float64, [-1]);
    private static readonly TensorSpec Score = new("score", TensorType.Float64, [-1, 2]);

    [Fact]
    public void The_first_version_is_1_0_0()
    {
        var proposal = VersionProposal.For(null, Next(Table([Temp])));

        Assert.Equal(SemanticVersion.First, proposal.Version);
        Assert.Equal("first version", proposal.Reason);
    }

    [Theory]
    [InlineData("2.0.0", "2.0.0", "raised by alice; 1.4.3 was proposed (patch: same recipe, other data)")]
    [InlineData("1.4.3", "1.4.3", "patch: same recipe, other data")]
    [InlineData("1.0.0", "1.4.3", "patch: same recipe, other data")]
    [InlineData(null, "1.4.3", "patch: same recipe, other data")]
    public void An_author_may_raise_it_and_not_lower_it(string? atLeast, string version, string reason)
    {
        var proposal = VersionProposal.For(Former(Table([Temp])), Next(Table([Temp]))).Raise(atLeast is null ? null : SemanticVersion.Parse(atLeast), new Actor("alice"));

        Assert.Equal((version, reason), (proposal.Version.ToString(), proposal.Reason));
    }

    [Theory]
    [InlineData("2012-05-31", "2012-06-30", "patch: same recipe, data to 2012-06-30")]
    [InlineData("2012-06-30", "2012-06-30", "patch: same recipe, other data")]
    [InlineData("2012-06-30", null, "patch: same recipe, other data")]
    public void Newer_data_is_told_by_its_last_day(string before, string? after, string reason)
    {
        var (former, next) = (Former(Table([Temp])), Next(Table([Temp])));

        var proposal = VersionProposal.For(
            former with { Lineage = former.Lineage with { DataTo = before } }, next with { Lineage = next.Lineage with { DataTo = after } });

        Assert.Equal(reason, proposal.Reason);
    }

    [Fact]
    public void A_removed_input_is_major() => Expect(Table([Temp, Hum, City]), Table([Temp, City]), "2.0.0", "major: input `hum` was removed");

    [Fact]
    public void A_required_new_input_is_major() => Expect(Table([Temp, City]), Table([Temp, City, Hum]), "2.0.0", "major: input `hum` was added and is required");

    [Fact]
    public void An_optional_new_input_is_minor() =>
        Expect(Table([Temp, City]), Table([Temp, City, Hum with { Optional = true }]), "1.5.0", "minor: optional input `hum` was added");

    [Fact]
    public void An_optional_new_input_is_major_when_callers_may_send_one_matrix() => Expect(
        Table([Temp]), Table([Temp, Hum with { Optional = true }]), "2.0.0", "major: input `hum` was added, which callers that send one matrix must send too");

    [Fact]
    public void Another_order_of_a_matrix_columns_is_major() =>
        Expect(Table([Temp, Hum]), Table([Hum, Temp]), "2.0.0", "major: the order of the inputs changed, which callers that send one matrix rely on");

    [Fact]
    public void Another_order_of_named_inputs_is_nothing_to_callers() =>
        Expect(Table([Temp, City]), Table([City, Temp]), "1.4.3", "patch: same recipe, other data");

    [Fact]
    public void An_input_that_was_optional_and_is_required_now_is_major() =>
        Expect(Table([City with { Optional = true }]), Table([City]), "2.0.0", "major: input `city` is now required");

    [Fact]
    public void An_input_that_is_no_longer_required_is_minor() =>
        Expect(Table([City]), Table([City with { Optional = true }]), "1.5.0", "minor: input `city` is no longer required");

    [Fact]
    public void A_narrower_input_type_is_major() => Expect(
        Table([Temp with { Type = TensorType.Float64 }]), Table([Temp]), "2.0.0", "major: the type of input `temp` changed from FP64 to FP32");

    [Fact]
    public void A_wider_input_type_is_minor() => Expect(
        Table([Temp]), Table([Temp with { Type = TensorType.Float64 }]), "1.5.0", "minor: the type of input `temp` changed from FP32 to FP64");

    [Theory]
    [InlineData(TensorType.Int32, TensorType.Float64, true)]
    [InlineData(TensorType.Int64, TensorType.Float64, false)]
    [InlineData(TensorType.UInt8, TensorType.Int16, true)]
    [InlineData(TensorType.UInt8, TensorType.Int8, false)]
    [InlineData(TensorType.Int8, TensorType.UInt64, false)]
    [InlineData(TensorType.Float16, TensorType.Int64, false)]
    [InlineData(TensorType.Int8, TensorType.Float16, true)]
    [InlineData(TensorType.Bytes, TensorType.Float64, false)]
    [InlineData(TensorType.Bool, TensorType.UInt8, false)]
    public void A_type_is_wider_only_when_it_holds_every_value(TensorType before, TensorType after, bool compatible)
    {
        var comparison = SignatureComparison.Between(Table([Temp with { Type = before }, City]), Table([Temp with { Type = after }, City]));

        Assert.Equal(compatible, comparison.Breaking.Count == 0);
        Assert.Equal(!compatible, comparison.Compatible.Count == 0);
    }

    [Fact]
    public void A_fixed_dimension_that_was_open_is_major() =>
        Expect(Tensors(Score with { Name = "x", Shape = [-1, -1] }), Tensors(Score with { Name = "x" }), "2.0.0", "major: the shape of input `x` changed from [-1, -1] to [-1, 2]");

    [Fact]
    public void An_open_dimension_that_was_fixed_is_minor() =>
        Expect(Tensors(Score with { Name = "x" }), Tensors(Score with { Name = "x", Shape = [-1, -1] }), "1.5.0", "minor: the shape of input `x` changed from [-1, 2] to [-1, -1]");

    [Fact]
    public void A_removed_output_is_major() => Expect(Table([Temp], Rentals, Score), Table([Temp], Rentals), "2.0.0", "major: output `score` was removed");

    [Fact]
    public void A_changed_output_is_major_even_when_it_widens() => Expect(
        Table([Temp], Rentals with { Type = TensorType.Float32 }), Table([Temp], Rentals), "2.0.0", "major: the type of output `rentals` changed from FP32 to FP64");

    [Fact]
    public void A_second_output_is_major_and_a_third_is_minor()
    {
        Expect(Table([Temp], Rentals), Table([Temp], Rentals, Score), "2.0.0", "major: output `score` was added, so that there is no longer a single one");
        Expect(Table([Temp], Rentals, Score), Table([Temp], Rentals, Score, Hum), "1.5.0", "minor: output `hum` was added");
    }

    [Fact]
    public void Inputs_that_are_no_longer_a_table_are_major() =>
        Expect(Table([City]), Table([City]) with { Tabular = false }, "2.0.0", "major: the inputs are no longer columns of a table");

    [Fact]
    public void Another_recipe_is_minor_and_names_what_changed()
    {
        var former = Former(Table([Temp]));
        var next = Next(Table([Temp]), recipe: new() { ["algorithm"] = "lightgbm", ["rounds"] = "500", ["seed"] = "7" });

        Assert.Equal(new VersionProposal(new SemanticVersion(1, 5, 0), "minor: the recipe changed (rounds, seed)"), VersionProposal.For(former, next));
    }

    [Theory]
    [InlineData("trials=8 num_leaves=[15,127]", "1.4.3", "patch: same recipe, other data")]
    [InlineData("trials=9 num_leaves=[15,127]", "1.5.0", "minor: the recipe changed (num_leaves, search)")]
    public void What_the_same_search_found_is_no_part_of_the_recipe(string search, string version, string reason)
    {
        var former = Former(Table([Temp]));
        former = former with { Lineage = former.Lineage with { Recipe = new Dictionary<string, string> { ["num_leaves"] = "31", ["search"] = "trials=8 num_leaves=[15,127]" } } };
        var next = Next(Table([Temp]), recipe: new() { ["num_leaves"] = "63", ["search"] = search });
        next = next with { Lineage = next.Lineage with { DatasetDigest = new string('d', 64) } };

        Assert.Equal(new VersionProposal(SemanticVersion.Parse(version), reason), VersionProposal.For(former, next));
    }

    [Fact]
    public void An_artifact_of_unknown_data_is_minor()
    {
        var former = Former(Table([Temp]));

        Assert.Equal(
            new VersionProposal(new SemanticVersion(1, 5, 0), "minor: another artifact, of unknown data"),
            VersionProposal.For(former, Next(Table([Temp]), dataset: null)));
    }

    [Fact]
    public void Same_data_and_recipe_are_minor_when_the_code_changed_and_patch_when_it_did_not()
    {
        var former = Former(Table([Temp]));

        Assert.Equal("minor: same data and parameters, but the code changed", VersionProposal.For(former, Next(Table([Temp]), dataset: "d1", commit: "c2")).Reason);
        Assert.Equal("patch: same recipe and data gave another artifact", VersionProposal.For(former, Next(Table([Temp]), dataset: "d1")).Reason);
    }

    [Fact]
    public void Several_breaks_are_all_named_up_to_five()
    {
        var inputs = Enumerable.Range(0, 7).Select(i => new TensorSpec($"x{i}", TensorType.Bytes, [-1])).ToArray();

        Expect(
            Table([.. inputs, City]), Table([City]), "2.0.0",
            "major: input `x0` was removed; input `x1` was removed; input `x2` was removed; input `x3` was removed; input `x4` was removed; and 2 more");
    }

    [Fact]
    public void Versions_only_grow_and_a_signature_is_compatible_with_itself() => Gen.Select(Signatures, Signatures, Versions).Sample((before, after, version) =>
    {
        var former = Former(before) with { Version = version };
        var changed = VersionProposal.For(former, Next(after));
        var same = VersionProposal.For(former, Next(before));

        Assert.True(changed.Version > version);
        Assert.Equal(version.NextPatch(), same.Version);
    });

    [Fact]
    public void Whoever_called_the_former_version_can_call_the_next_one_unless_it_is_major() => Gen.Select(Signatures, Signatures).Sample((before, after) =>
    {
        var breaks = VersionProposal.For(Former(before), Next(after)).Version.Major > 1;

        // Independently of the rule's own words: a request with everything that the former version named, by name, must be acceptable, and its answer readable.
        var accepted = after.Inputs.All(i => i.Optional || before.Inputs.Any(b => b.Name == i.Name && b.Optional == i.Optional))
            && before.Inputs.All(b => after.Inputs.Any(i => i.Name == b.Name && (i.Type == b.Type || (b.Type == TensorType.Float32 && i.Type == TensorType.Float64))))
            && before.Outputs.All(b => after.Outputs.Any(o => o.Name == b.Name && o.Type == b.Type));

        Assert.True(accepted || breaks);
    });

    [Fact]
    public void Adding_and_then_removing_the_same_input_breaks_in_one_direction_at_least() => Gen.Select(Signatures, Signatures).Sample((one, other) =>
    {
        var names = one.Inputs.Select(i => i.Name).ToHashSet();
        if (!names.SetEquals(other.Inputs.Select(i => i.Name)))
        {
            Assert.True(SignatureComparison.Between(one, other).Breaking.Count + SignatureComparison.Between(other, one).Breaking.Count > 0);
        }
    });

    private static readonly Gen<SemanticVersion> Versions =
        Gen.Select(Gen.Int[1, 50], Gen.Int[0, 50], Gen.Int[0, 50]).Select((major, minor, patch) => new SemanticVersion(major, minor, patch));

    private static readonly Gen<TensorSpec> Specs = Gen.Select(
        Gen.OneOf("a", "b", "c", "d"), Gen.OneOf(TensorType.Float32, TensorType.Float64, TensorType.Bytes), Gen.Bool)
        .Select((name, type, optional) => new TensorSpec(name, type, [-1], optional));

    private static readonly Gen<TensorSpec[]> SpecLists = Specs.Array[1, 4].Select(specs => specs.DistinctBy(s => s.Name).ToArray());

    private static readonly Gen<ModelSignature> Signatures = Gen.Select(SpecLists, SpecLists, Gen.Bool)
        .Select((inputs, outputs, tabular) => new ModelSignature(inputs, outputs, tabular));

    private static void Expect(ModelSignature before, ModelSignature after, string version, string reason) =>
        Assert.Equal(new VersionProposal(SemanticVersion.Parse(version), reason), VersionProposal.For(Former(before), Next(after)));

    private static ModelSignature Table(TensorSpec[] inputs, params TensorSpec[] outputs) => new(inputs, outputs.Length > 0 ? outputs : [Rentals], Tabular: true);

    private static ModelSignature Tensors(TensorSpec input) => new([input], [Rentals], Tabular: false);

    private static ModelVersion Former(ModelSignature signature) => new()
    {
        Model = "bike-demand",
        Version = new SemanticVersion(1, 4, 2),
        Number = 7,
        ArtifactDigest = "a1",
        Format = "lightgbm",
        Signature = signature,
        Metrics = new Dictionary<string, double>(),
        Lineage = new Lineage("rides", "d1", Recipe(), "c1", "r1"),
        VersionReason = "patch: same recipe, other data",
        CreatedAt = DateTimeOffset.UnixEpoch,
        CreatedBy = "alice",
    };

    private static NewModelVersion Next(ModelSignature signature, string? dataset = "d2", Dictionary<string, string>? recipe = null, string commit = "c1") =>
        new("bike-demand", "a2", "lightgbm", signature, new Dictionary<string, double>(), new Lineage("rides", dataset, recipe ?? Recipe(), commit, "r2"));

    private static Dictionary<string, string> Recipe() => new() { ["algorithm"] = "lightgbm", ["rounds"] = "400" };
}
