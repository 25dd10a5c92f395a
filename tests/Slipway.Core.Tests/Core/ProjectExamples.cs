namespace Slipway.Core.Tests.Core;

/// <summary>Project files that are right.</summary>
internal static class ProjectExamples
{
    /// <summary>Everything this version does.</summary>
    public const string Available = """
        model: bike-demand
        description: Rentals in the next hour, so that vans move bikes before the rush.
        owner: mobility

        data:
          sql: |                                   # DuckDB SQL
            select dteday + to_hours(hr) as event_time, season, hr, cnt
            from 'data/bike_sharing_hourly.csv.gz'
          time: event_time
          label: cnt
          segments: [season]

        train:
          task: regression
          algorithm: lightgbm
          parameters: { num_leaves: 63, learning_rate: 0.05, boosting: gbdt, extra_trees: true, rounds: 400, threads: 2, seed: 7 }
          search: { trials: 20, num_leaves: [15, 255], learning_rate: [0.01, 0.3] }
          split: { by: time, test: 20% }

        validate:
          performance: { rmse: "<= 60", r2: ">= 85%", mape: "< 1e-1" }
          champion: { metric: rmse, margin: 2% }

        deploy:
          name: bikes
          approval: required
          strategy: canary
          steps:
            - { canary: 25%, for: 30 d }
            - { canary: 50%, for: 2 h }
          advance: safe
          alpha: 0.01
          guardrails:
            - { metric: error_rate,     margin: 0.5 pp }
            - { metric: absolute_error, margin: 4%, range: [0, 500] }
          segments: [season]
          inconclusive: rollback

        serve:
          timeout: 500 ms
          batching: { maxSize: 128, maxDelay: 2 ms, preferredSizes: [16, 32], queue: 500 }
          cache: { ttl: 5 m, size: 200 MB }
          instances: 2
          threads: 4
          device: cuda:1

        monitor:
          window: 30 d
          baseline: training
          drift: { psi: 0.3 }
          performance: { metric: mae, degradation: 10% }
          latency: { p95: "< 100 ms", p99: "<= 1 s" }
          errors: "< 2%"
          notify: [log, "webhook:https://hooks.example.org/x"]
          log: { sample: 0.1, redact: [customer_id, "segment:region"] }

        retrain:
          when: { all: { schedule: " 0 2 * * MON", performance: true, newLabels: 10000 } }
          cooldown: 12 h
          then: blue-green
        """;

    /// <summary>Every key there is.</summary>
    public const string Complete = """
        model: bike-demand
        description: Rentals in the next hour, so that vans move bikes before the rush.
        owner: mobility

        data:
          sql: |                                   # DuckDB SQL over csv, csv.gz, parquet, a folder of them, s3://, or feature views
            select dteday + to_hours(hr) as event_time, season, hr, weekday, workingday, weathersit, temp, hum, windspeed, cnt
            from 'data/bike_sharing_hourly.csv.gz'
          time: event_time
          label: cnt
          segments: [workingday, weathersit]

        train:                                     # or, at the top level, artifact: model.onnx for a finished model
          task: regression                         # regression | binary | multiclass
          algorithm: lightgbm                      # or command: [python3, train.py]
          parameters: { num_leaves: 63, learning_rate: 0.05, rounds: 400, threads: 2 }
          search: { trials: 20, num_leaves: [15, 255], learning_rate: [0.01, 0.3] }
          split: { by: time, test: 20% }

        validate:
          performance: { rmse: "<= 60", r2: ">= 0.85" }
          champion:    { metric: rmse, margin: 2% }          # not worse than what is live, with confidence
          robustness:  { noise: 1%, missing: 5%, maxDrop: 3% }
          latency:     { p95: "< 100 ms", rate: 200/s, duration: 10 s }
          resources:   { memory: "< 2000 MB", cpu: "< 1 core" }

        deploy:
          name: bikes
          approval: auto                           # auto (recorded as actor `policy`) | required
          strategy: canary                         # canary | blue-green | shadow | immediate
          steps:
            - { shadow: 100%, for: 14 d }
            - { canary: 25%,  for: 30 d }
            - { canary: 50%,  for: 30 d }
          advance: no-harm                         # no-harm | safe; the last step, to 100 %, always needs `safe`
          alpha: 0.05
          guardrails:
            - { metric: error_rate,     margin: 0.5 pp }
            - { metric: latency_p95,    margin: 10% }
            - { metric: absolute_error, margin: 4 pp, range: [0, 500] }   # pp: of the range or rate; %: relative
          segments: [workingday]
          inconclusive: hold                       # hold | extend | rollback

        serve:
          batching: { maxSize: 64, maxDelay: 0 ms }
          cache: { ttl: 5 m }
          timeout: 500 ms

        monitor:
          window: 30 d
          baseline: training                       # training | lastWeek | a dataset version
          drift: { psi: 0.25, kl: 0.1 }
          performance: { metric: rmse, degradation: 5% }
          latency: { p95: "< 100 ms" }
          errors: "< 1%"
          resources: "< 85%"
          notify: [log, "webhook:https://hooks.example.org/x"]
          log: { sample: 0.1, redact: [customer_id] }

        retrain:
          when: { any: { schedule: "0 2 * * MON", drift: true, performance: true, newLabels: 10000 } }   # any | all
          cooldown: 1 d
          then: canary
        """;

    /// <summary>A decision about people, trained by a program of the project's own.</summary>
    public const string Income = """
        model: income
        data: { sql: "select * from 'data/adult.csv.gz'", label: income }
        train: { task: binary, command: [python3, train.py, --fast], timeout: 30 m, parameters: { depth: 3 } }
        validate:
          performance: { auc: ">= 0.9", log_loss: "<= 0.35", ece: "<= 5%" }
          fairness: { groups: [sex], demographicParity: ">= 0.9", equalisedOdds: ">= 80%" }
        """;

    /// <summary>A finished model.</summary>
    public const string Finished = """
        model: digits
        artifact: models/digits.onnx
        """;
}
