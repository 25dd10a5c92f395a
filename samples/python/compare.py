"""Find the best run of an experiment, read what it logged, and delete the worst run."""

import argparse

import mlflow
from mlflow import MlflowClient


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--experiment", default="diabetes", help="the experiment's name (default: %(default)s)")
    parser.add_argument("--limit", type=float, default=70.0, help="only runs with a smaller rmse (default: %(default)s)")
    parser.add_argument("--delete-worst", action="store_true", help="delete the worst of them; it can be restored until it is purged")
    args = parser.parse_args()

    # The filter and the order are worked out by the server, which sends only what is asked for.
    runs = mlflow.search_runs(
        experiment_names=[args.experiment],
        filter_string=f"metrics.rmse < {args.limit} and attributes.status = 'FINISHED'",
        order_by=["metrics.rmse ASC"],
        max_results=20,
        output_format="list",
    )
    if not runs:
        print(f"No run of {args.experiment} has an rmse below {args.limit}. Run train.py or search.py first.")
        return

    for run in runs:
        print(f"{run.data.metrics['rmse']:8.2f}  {run.info.run_name:20}  {run.data.params}")

    client = MlflowClient()
    best = runs[0]
    history = client.get_metric_history(best.info.run_id, "rmse")
    print(f"The best is {best.info.run_id}; its error was logged {len(history)} times.")
    for file in client.list_artifacts(best.info.run_id):
        print(f"  {file.path}: {file.file_size} bytes")
        if file.path == "importances.json":
            print(f"  {mlflow.artifacts.load_dict(f'{best.info.artifact_uri}/{file.path}')}")

    if args.delete_worst and len(runs) > 1:
        worst = runs[-1].info.run_id
        client.delete_run(worst)
        print(f"Deleted {worst}. MlflowClient().restore_run('{worst}') brings it back, until `slipway gc --yes` takes it for good.")


if __name__ == "__main__":
    main()
