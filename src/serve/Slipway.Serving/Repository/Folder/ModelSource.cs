using Slipway.Serving.Repository.Configuration;

namespace Slipway.Serving.Repository.Folder;

/// <summary>A model as it lies in the folder: where, and in which of the layouts.</summary>
/// <param name="Name">The model's name, which becomes the deployment's.</param>
/// <param name="Path">Its folder or file, inside the folder of models.</param>
/// <param name="Layout">How it lies there.</param>
internal sealed record ModelSource(string Name, string Path, ModelLayout Layout);

/// <summary>The layouts that are understood.</summary>
internal enum ModelLayout
{
    /// <summary><c>NAME/VERSION/model.onnx</c>, with or without <c>NAME/config.pbtxt</c>: Triton's.</summary>
    Versions,

    /// <summary><c>NAME.onnx</c>, or a LightGBM text model <c>NAME.txt</c>.</summary>
    File,

    /// <summary>A folder with an <c>MLmodel</c>.</summary>
    Mlflow,
}

/// <summary>What is to be loaded of a source.</summary>
/// <param name="Source">The source.</param>
/// <param name="Versions">The versions that are to answer, the highest first.</param>
/// <param name="Config">What its configuration says.</param>
/// <param name="Labels">The classes' names, where the configuration names a file of them.</param>
/// <param name="Columns">The names of a matrix's columns, where an MLflow signature has them; else empty.</param>
/// <param name="Remarks">What about it is not acted on, in sentences.</param>
internal sealed record ModelPlan(
    ModelSource Source,
    IReadOnlyList<PlannedVersion> Versions,
    ModelConfig Config,
    IReadOnlyList<string> Labels,
    IReadOnlyList<string> Columns,
    IReadOnlyList<string> Remarks);

/// <summary>One version to load.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Path">The folder or file that <c>ModelLoader</c> takes.</param>
/// <param name="Stamp">What its files look like from outside: equal while nothing was written.</param>
internal sealed record PlannedVersion(int Number, string Path, string Stamp);
