using Slipway.Core.Errors;
using Slipway.Core.Projects;

namespace Slipway.Core.Tests.Core;

public sealed class ProjectMistakeTests
{
    private const string Judged = "strategy: canary, guardrails: [{ metric: accuracy, margin: 1 pp }]";

    private const string Trained = "model: m\ndata: { sql: select 1, label: y }\ntrain: { task: regression }\n";
    private const string Finished = "model: m\nartifact: x.onnx\n";

    [Fact]
    public void A_file_with_five_mistakes_reports_five_each_with_its_place()
    {
        const string Text = """
            model: Bike Demand
            data:
              sql: select 1
              lable: cnt
            train:
              task: regresion
              parameters: { rounds: many }
              split: { test: 0.2 }
            """;

        var error = Assert.Throws<SlipwayException>(() => ProjectFile.Parse(Text, "bikes/slipway.yaml"));

        Assert.Equal(ErrorKind.InvalidInput, error.Kind);
        Assert.Equal("bikes/slipway.yaml has 5 mistakes:", error.Message);
        Assert.Equal(
            [
                "bikes/slipway.yaml(1,8): model: 'Bike Demand' is not a name for a model: lower-case letters, digits, '-' and '_', beginning with a letter or digit, at most 100 characters. 'bike-demand' would be one.",
                "bikes/slipway.yaml(4,3): data.lable: 'lable' is not a key here. Did you mean 'label'? Allowed are sql, time, label, segments.",
                "bikes/slipway.yaml(6,9): train.task: 'regresion' is not one of regression, binary, multiclass. Did you mean 'regression'?",
                "bikes/slipway.yaml(7,25): train.parameters.rounds: 'many' is not a whole number from 1 to 100000.",
                "bikes/slipway.yaml(8,18): train.split.test: '0.2' is not a percentage such as 20%, above 0% and below 100%. Write it as 20%.",
            ],
            error.Details);
    }

    [Theory]
    [InlineData("artifact: x", "(1,1): model: 'model' is missing. It must be a name for a model")]
    [InlineData("model: m", "(1,1): data: 'data' is missing. Give 'data' to train a model, or 'artifact'")]
    [InlineData("modle: m\nartifact: x", "(1,1): modle: 'modle' is not a key here. Did you mean 'model'?")]
    [InlineData("model: m\nartifact: x\nmodel: n", "(3,1): model: 'model' is given twice; the first one is on line 1.")]
    [InlineData("model:\nartifact: x", "(1,7): model: The value is missing; it must be a name")]
    [InlineData("model: ~\nartifact: x", "(1,8): model: The value is missing")]
    [InlineData("model: [a]\nartifact: x", "(1,8): model: A list is not a name")]
    [InlineData("model: { a: b }\nartifact: x", "(1,8): model: A section is not a name")]
    [InlineData("model: m\nartifact: ../x", "(2,11): artifact: '../x' is not a path inside the project's folder, such as models/model.onnx. It contains '..'.")]
    [InlineData("model: m\nartifact: s3://b/x", "(2,11): artifact: 's3://b/x' is not a path")]
    [InlineData("model: m\nartifact: x\ntrain: { task: binary }", "(3,1): train: 'artifact' and 'train' exclude each other")]
    [InlineData("model: m\ndata: select 1", "(2,7): data: 'select 1' is not a section with the keys sql, time, label, segments.")]
    [InlineData("model: m\ndata: { label: y }", "(2,7): data.sql: 'sql' is missing.")]
    [InlineData("model: m\ndata: { sql: ' ', label: y }", "(2,14): data.sql: ' ' is not SQL")]
    [InlineData("model: m\ndata: { sql: s, label: t, time: t }", "(2,17): data.label: 't' is the time column too.")]
    [InlineData("model: m\ndata: { sql: s, label: y, segments: [a, a] }", "(2,41): data.segments[1]: 'a' is named twice.")]
    [InlineData("model: m\ndata: { sql: s, label: y, segments: [] }", "(2,37): data.segments: A list of 0 is not a list of 1 to 20 columns")]
    [InlineData("model: m\ndata: { sql: s }", "(2,7): data.label: 'label' is missing: training needs")]
    [InlineData("model: m\ndata: { sql: s }\ntrain: { task: binary }", "(2,7): data.label: 'label' is missing: training needs")]
    [InlineData("model: m\ndata: { sql: s, label: y }\ntrain: { algorithm: lightgbm }", "(3,8): train.task: 'task' is missing.")]
    [InlineData("- a", "(1,1): A list is not a section with the keys model,")]
    [InlineData("hello", "(1,1): 'hello' is not a section with the keys model,")]
    public void The_file_and_its_data(string text, string expected) => Reports(text, expected);

    [Theory]
    [InlineData("algorithm: xgboost", "train.algorithm: 'xgboost' is not one of lightgbm.")]
    [InlineData("command: python3 train.py", "train.command: 'python3 train.py' is not a list of 1 to 100 words")]
    [InlineData("algorithm: lightgbm, command: [a]", "train.command: 'algorithm' and 'command' exclude each other")]
    [InlineData("command: [a], search: { trials: 2, x: [1, 2] }", "train.search: 'search' needs an algorithm")]
    [InlineData("timeout: 5 m", "train.timeout: 'timeout' is for a command, and there is none.")]
    [InlineData("command: [a], timeout: 5", "train.timeout: '5' is not a duration with its unit (ms, s, m, h or d), such as 500 ms or 5 m, from 1 s to 30 d. It has no unit.")]
    [InlineData("command: [a], timeout: 5 min", "train.timeout: '5 min' is not a duration")]
    [InlineData("parameters: { rounds: 0 }", "train.parameters.rounds: '0' is not a whole number from 1 to 100000.")]
    [InlineData("parameters: { threads: 2.5 }", "train.parameters.threads: '2.5' is not a whole number from 1 to 256.")]
    [InlineData("parameters: { seed: \"3\" }", "train.parameters.seed: '3' is not a whole number from 0 to 2147483647. Write it without quotes.")]
    [InlineData("parameters: { Num-Leaves: 3 }", "train.parameters.Num-Leaves: 'Num-Leaves' is not a key here. A parameter's name has lower-case letters")]
    [InlineData("parameters: { num_leaves: [3] }", "train.parameters.num_leaves: A list is not a number, a word, or true or false.")]
    [InlineData("search: { num_leaves: [3, 9] }", "train.search.trials: 'trials' is missing.")]
    [InlineData("search: { trials: 9 }", "train.search: The section holds too little: it needs at least 2 of trials, a parameter with its range")]
    [InlineData("search: { trials: 9, num_leaves: [9, 3] }", "train.search.num_leaves: The range is empty: write the lowest value first")]
    [InlineData("search: { trials: 9, num_leaves: [9] }", "train.search.num_leaves: A list of 1 is not a list of 2 numbers")]
    [InlineData("search: { trials: 9, num_leaves: [a, 9] }", "train.search.num_leaves[0]: 'a' is not a number.")]
    [InlineData("search: { trials: 9, seed: [1, 9] }", "train.search.seed: 'seed' is not a key here. It is part of the recipe")]
    [InlineData("split: { by: time }", "train.split.by: A split by time needs a time column")]
    [InlineData("split: { by: label }", "train.split.by: 'label' is not one of time, random.")]
    [InlineData("split: { test: 100% }", "train.split.test: '100%' is not a percentage such as 20%, above 0% and below 100%.")]
    [InlineData("split: { test: 20 }", "train.split.test: '20' is not a percentage such as 20%, above 0% and below 100%. It has no unit.")]
    public void Training(string settings, string expected) =>
        Reports($"model: m\ndata: {{ sql: select 1, label: y }}\ntrain: {{ task: regression, {settings} }}\n", expected);

    [Theory]
    [InlineData("performance: { auc: \">= 0.9\" }", "validate.performance.auc: 'auc' is not a metric of regression. Allowed are rmse, mae, mape, r2.")]
    [InlineData("performance: { rmes: \"<= 9\" }", "validate.performance.rmes: 'rmes' is not a key here. Did you mean 'rmse'?")]
    [InlineData("performance: { rmse: 60 }", "validate.performance.rmse: '60' is not an upper limit of 0 or more, such as \"<= 60\" (for rmse less is better). Put <, <=, > or >= before it")]
    [InlineData("performance: { rmse: \">= 60\" }", "validate.performance.rmse: '>= 60' is not an upper limit")]
    [InlineData("performance: { rmse: \"<= 5%\" }", "It is not a share: write it without %.")]
    [InlineData("performance: { rmse: \"<= -5\" }", "validate.performance.rmse: '<= -5' is not an upper limit of 0 or more")]
    [InlineData("performance: { rmse: \"<= NaN\" }", "validate.performance.rmse: '<= NaN' is not an upper limit")]
    [InlineData("performance: { r2: \">= 85\" }", "validate.performance.r2: '>= 85' is not a lower limit of at most 1")]
    [InlineData("performance: {}", "validate.performance: The section holds too little: it needs at least 1 of rmse, mae")]
    [InlineData("champion: { metric: f1, margin: 2% }", "validate.champion.metric: 'f1' is not a metric of regression.")]
    [InlineData("champion: { metric: rmse, margin: 2 }", "validate.champion.margin: '2' is not a margin such as 2%")]
    [InlineData("robustness: { noise: 1% }", "validate.robustness.maxDrop: 'maxDrop' is missing.")]
    [InlineData("latency: { rate: 200/s }", "validate.latency: A limit is missing: give p50, p95 or p99")]
    [InlineData("latency: { p95: 100 ms }", "validate.latency.p95: '100 ms' is not an upper limit for a duration")]
    [InlineData("latency: { p95: \"< 100 ms\", rate: 200 }", "validate.latency.rate: '200' is not a rate such as 200/s")]
    [InlineData("resources: { memory: \"< 2000\" }", "validate.resources.memory: '< 2000' is not an upper limit for memory")]
    [InlineData("resources: { cpu: \"< 1\" }", "validate.resources.cpu: '< 1' is not an upper limit for processor cores")]
    [InlineData("fairness: { groups: [sex], demographicParity: \">= 0.9\" }", "validate.fairness: Fairness compares decisions, and a regression makes none.")]
    public void Validation(string settings, string expected) => Reports($"{Trained}validate: {{ {settings} }}\n", expected);

    [Theory]
    [InlineData("deploy: { name: A B }", "deploy.name: 'A B' is not a name for a deployment")]
    [InlineData("deploy: { approval: yes }", "deploy.approval: 'yes' is not one of auto, required.")]
    [InlineData("deploy: { strategy: bluegreen }", "deploy.strategy: 'bluegreen' is not one of immediate, canary, blue-green, shadow. Did you mean 'blue-green'?")]
    [InlineData("deploy: { alpha: 0.05 }", "deploy.alpha: 'alpha' needs a strategy that takes steps")]
    [InlineData("deploy: { strategy: immediate, segments: [a] }", "deploy.segments: 'segments' needs a strategy that takes steps")]
    [InlineData("deploy: { " + Judged + ", alpha: 0.9 }", "deploy.alpha: '0.9' is not a number above 0 and at most 0.5.")]
    [InlineData("deploy: { " + Judged + ", steps: [{ for: 1 d }] }", "deploy.steps[0]: A step is either 'shadow' or 'canary'")]
    [InlineData("deploy: { " + Judged + ", steps: [{ canary: 5%, shadow: 5%, for: 1 d }] }", "deploy.steps[0]: A step is either 'shadow' or 'canary'")]
    [InlineData("deploy: { " + Judged + ", steps: [{ canary: 5% }] }", "deploy.steps[0].for: 'for' is missing.")]
    [InlineData("deploy: { " + Judged + ", steps: [{ canary: 100%, for: 1 d }] }", "deploy.steps[0].canary: '100%' is not a percentage")]
    [InlineData("deploy: { " + Judged + ", steps: [{ canary: 9%, for: 1 d }, { canary: 5%, for: 1 d }] }", "deploy.steps[1]: A canary step must be larger")]
    [InlineData("deploy: { " + Judged + ", steps: [{ canary: 9%, for: 1 d }, { shadow: 5%, for: 1 d }] }", "deploy.steps[1]: A shadow step stands behind a canary step.")]
    [InlineData("deploy: { strategy: shadow, steps: [{ canary: 9%, for: 1 d }] }", "deploy.steps[0]: The strategy shadow takes only shadow steps.")]
    [InlineData("deploy: { strategy: canary, guardrails: [{ metric: absolute_error, margin: 4 pp }] }", "deploy.guardrails[0].range: 'absolute_error' needs a range")]
    [InlineData("deploy: { strategy: canary, guardrails: [{ metric: error_rate, margin: 4 pp, range: [0, 1] }] }", "deploy.guardrails[0].range: 'error_rate' has its own range.")]
    [InlineData("deploy: { strategy: canary, guardrails: [{ metric: revenue, margin: 4 pp, range: [9, 1] }] }", "deploy.guardrails[0].range: The range is empty")]
    [InlineData("deploy: { strategy: canary, guardrails: [{ metric: latency_p95, margin: 4 pp }] }", "deploy.guardrails[0].margin: A latency's margin is relative")]
    [InlineData("deploy: { strategy: canary, guardrails: [{ metric: Foo, margin: 4 pp }] }", "deploy.guardrails[0].metric: 'Foo' is not a metric's name")]
    [InlineData("deploy: { " + Judged + ", inconclusive: wait }", "deploy.inconclusive: 'wait' is not one of hold, extend, rollback.")]
    [InlineData("serve: { timeout: 500 }", "serve.timeout: '500' is not a duration")]
    [InlineData("serve: { timeout: 11 m }", "serve.timeout: '11 m' is not a duration with its unit (ms, s, m, h or d), such as 500 ms or 5 m, from 1 ms to 10 m.")]
    [InlineData("serve: { batching: { maxdelay: 1 ms } }", "serve.batching.maxdelay: 'maxdelay' is not a key here. Did you mean 'maxDelay'?")]
    [InlineData("serve: { batching: { preferredSizes: [16, 8] } }", "serve.batching.preferredSizes: The sizes must ascend, such as [8, 16].")]
    [InlineData("serve: { batching: { preferredSizes: [100] } }", "serve.batching.preferredSizes: 100 is more than the 64 rows that a batch may have (maxSize).")]
    [InlineData("serve: { batching: { queue: 0 } }", "serve.batching.queue: '0' is not a whole number from 1 to 1000000.")]
    [InlineData("serve: { device: gpu }", "serve.device: 'gpu' is not cpu, openvino, coreml, or cuda, tensorrt, rocm, migraphx or dml with its number, such as cuda:0.")]
    [InlineData("serve: { cache: { ttl: 5 m, size: 200 } }", "serve.cache.size: '200' is not a size with its unit")]
    [InlineData("serve: { cache: { ttl: -5 m } }", "serve.cache.ttl: '-5 m' is not a duration")]
    [InlineData("monitor: { window: 30 }", "monitor.window: '30' is not a duration")]
    [InlineData("monitor: { baseline: yesterday }", "monitor.baseline: 'yesterday' is not training, lastWeek, or a dataset version")]
    [InlineData("monitor: { drift: { psi: high } }", "monitor.drift.psi: 'high' is not a number above 0 and at most 100.")]
    [InlineData("monitor: { log: { sample: 1.5 } }", "monitor.log.sample: '1.5' is not a share from 0 to 1, such as 0.1 or 10%")]
    [InlineData("monitor: { log: { sample: \"0.1\" } }", "Write it without quotes.")]
    [InlineData("monitor: { log: { redact: [] } }", "monitor.log.redact: A list of 0 is not a list of 1 to 100 names")]
    [InlineData("monitor: { log: { redact: [a, a] } }", "monitor.log.redact[1]: 'a' is named twice")]
    [InlineData("monitor: { log: { sample: 0 }, drift: { psi: 0.1 } }", "monitor.log.sample: A sample of 0 records nothing, and monitor.drift is judged by what is recorded.")]
    [InlineData("monitor: { errors: 1% }", "monitor.errors: '1%' is not an upper limit in percent")]
    [InlineData("monitor: { notify: [mail] }", "monitor.notify[0]: 'mail' is not log, or webhook: and an address")]
    [InlineData("monitor: { notify: [\"webhook:ftp://x\"] }", "monitor.notify[0]: 'webhook:ftp://x' is not log")]
    [InlineData("validate: { performance: { auc: \">= 0.9\" } }", "validate.performance: Judging performance needs rows with the truth")]
    [InlineData("validate: { fairness: { groups: [sex], demographicParity: \">= 2\" } }", "validate.fairness.demographicParity: '>= 2' is not a lower limit from 0 to 1")]
    public void Release_and_afterwards(string section, string expected) => Reports(Finished + section + "\n", expected);

    [Theory]
    [InlineData("retrain: { cooldown: 1 d }", "retrain.when: 'when' is missing.")]
    [InlineData("retrain: { when: { any: { schedule: \"0 25 * * MON\" } } }", "retrain.when.any.schedule: '0 25 * * MON' is not a cron expression")]
    [InlineData("retrain: { when: { any: { drift: true }, all: { drift: true } } }", "retrain.when.all: 'any' and 'all' exclude each other.")]
    [InlineData("retrain: { when: { any: { drift: false } } }", "retrain.when.any.drift: 'false' is not true; leave the key out otherwise.")]
    [InlineData("retrain: { when: { any: { newLabels: 0 } } }", "retrain.when.any.newLabels: '0' is not a whole number from 1")]
    [InlineData("retrain: { when: { any: { drift: true } }, then: canary }", "retrain.then: A canary is judged by guardrails, and there are none.")]
    public void Retraining(string section, string expected) => Reports($"{Trained}{section}\n", expected);

    [Theory]
    [InlineData("deploy: { strategy: canary }", "deploy.strategy: A canary is judged by guardrails, and there are none.")]
    [InlineData("deploy: { strategy: blue-green, steps: [{ canary: 5%, for: 1 d }] }", "deploy.steps: The strategy blue-green switches at once and takes no steps.")]
    [InlineData("retrain: { when: { any: { drift: true } } }", "retrain: A finished artifact cannot be trained again.")]
    public void What_cannot_work_together(string section, string expected) => Reports(Finished + section + "\n", expected);

    [Theory]
    [InlineData("", "(1,1): The file is empty.")]
    [InlineData("# nothing\n", "(1,1): The file is empty.")]
    [InlineData("model: m\ndata:\n\tsql: select 1\n", "(3,1): The line is indented with a tab")]
    [InlineData("model: m\n\tartifact: x\n", "(2,1): The line is indented with a tab")]
    [InlineData("model: m\nartifact: x\n---\nmodel: n\n", "(3,1): A second document begins here")]
    [InlineData("model: &a m\nartifact: x\n", "(1,8): Anchors (&name) are not supported.")]
    [InlineData("model: m\nartifact: *a\n", "(2,11): References to another place (*name) are not supported.")]
    [InlineData("model: m\nartifact: x\n<<: { owner: o }\n", "(3,1): Merging another section (<<) is not supported.")]
    [InlineData("model: !!str m\nartifact: x\n", "(1,8): Tags (!name) are not supported.")]
    [InlineData("model: m\nartifact: x\n? [a]\n: b\n", "(3,3): A key must be a word")]
    [InlineData("model: m\nartifact: \"x\n", "(2,11): This is not yaml: the quote that opens here is not closed.")]
    [InlineData("model: [1, 2\nartifact: x\n", "This is not yaml: a bracket, brace or quote is not closed.")]
    [InlineData("model: m: n\n", "(1,9): This is not yaml: a value with ': ' inside needs quotes")]
    [InlineData("model: m\nvalidate:\n  performance:\n    r2: >= 0.85\n", "(4,9): A value that begins with '>' needs quotes")]
    [InlineData("model: m\nvalidate: { performance: { r2: >= 0.85 } }\n", "(2,32): A value that begins with '>' needs quotes")]
    [InlineData("model: m\nartifact: @x\n", "(2,11): A value that begins with '@' needs quotes")]
    [InlineData("model: m\0\nartifact: x\n", "(1,9): The control character U+0000 is not allowed")]
    [InlineData("model: m\nartifact: \u001b[31mx\n", "(2,11): The control character U+001B is not allowed")]
    public void What_is_no_plain_yaml(string text, string expected) => Reports(text, expected);

    [Theory]
    [InlineData("model: \"\\e[31mx\"\nartifact: x\n", "(1,8): model: '\\u001b[31mx' is not a name")]
    [InlineData("model: m\nartifact: \"x\\0\"\n", "(2,11): artifact: 'x\\u0000' is not a path inside the project's folder, such as models/model.onnx. It contains a control character.")]
    [InlineData("model: m\nartifact: x\nowner: \"a\\x07\"\n", "(3,8): owner: 'a\\u0007' is not a name of at most 200 characters. It contains a control character.")]
    [InlineData("model: m\nartifact: x\n\"k\\e\\L\": 1\n", "(3,1): k\\u001b\\u2028: 'k\\u001b\\u2028' is not a key here.")]
    public void A_control_character_from_an_escape_is_refused_and_not_shown_as_itself(string text, string expected) => Reports(text, expected);

    [Fact]
    public void A_file_of_nothing_but_mistakes_is_cut_off_and_says_how_many_there_are()
    {
        var error = Assert.Throws<SlipwayException>(() => ProjectFile.Parse("model: m\nartifact: x\n" + string.Concat(Enumerable.Range(0, 3000).Select(i => $"zz{i}: 1\n")), "f"));

        Assert.Equal("f has 3001 mistakes; the first 100 are:", error.Message);
        Assert.Equal(100, error.Details.Count);
    }

    private static void Reports(string text, string expected)
    {
        var error = Assert.Throws<SlipwayException>(() => ProjectFile.Parse(text, "slipway.yaml"));

        Assert.Equal(ErrorKind.InvalidInput, error.Kind);
        Assert.Equal("slipway.yaml has 1 mistake:", error.Message);
        var only = Assert.Single(error.Details);
        Assert.StartsWith("slipway.yaml(", only, StringComparison.Ordinal);
        Assert.Contains(expected, only, StringComparison.Ordinal);
    }
}
