"""Copy an experiment's runs from one tracking server to another: parameters, metrics with their histories, tags, files."""

import argparse
import tempfile

import mlflow
from mlflow import MlflowClient
from mlflow.entities import Param

COPIED_FROM = "copied.from"
PARENT = "mlflow.parentRunId"


def chunks(items, size):
    for begin in range(0, len(items), size):
        yield items[begin : begin + size]


def read_runs(client, experiment_id):
    """All active runs, the oldest first, so that a parent is copied before its children."""
    token = None
    while True:
        page = client.search_runs([experiment_id], max_results=500, order_by=["attributes.start_time ASC"], page_token=token)
        yield from page
        token = page.token
        if not token:
            return


def copy_run(source, target, run, experiment_id, parents, args):
    tags = {**run.data.tags, COPIED_FROM: run.info.run_id}
    if tags.get(PARENT) in parents:
        tags[PARENT] = parents[tags[PARENT]]
    copied = target.create_run(experiment_id, start_time=run.info.start_time, tags=tags).info.run_id

    for params in chunks([Param(key, value) for key, value in run.data.params.items()], 100):
        target.log_batch(copied, params=params)
    for key in run.data.metrics:
        for points in chunks(source.get_metric_history(run.info.run_id, key), 1000):
            target.log_batch(copied, metrics=points)

    # Addresses of files name no server, so the client asks the one that is set.
    with tempfile.TemporaryDirectory() as folder:
        mlflow.set_tracking_uri(args.source)
        if source.list_artifacts(run.info.run_id):
            source.download_artifacts(run.info.run_id, "", folder)
            mlflow.set_tracking_uri(args.target)
            target.log_artifacts(copied, folder)

    if run.info.status != "RUNNING":
        target.set_terminated(copied, status=run.info.status, end_time=run.info.end_time)
    return copied


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", help="the server to copy from, such as http://old:5000")
    parser.add_argument("target", help="the server to copy to, such as http://127.0.0.1:5080")
    parser.add_argument("experiment", help="the experiment's name")
    args = parser.parse_args()

    source, target = MlflowClient(tracking_uri=args.source), MlflowClient(tracking_uri=args.target)
    experiment = source.get_experiment_by_name(args.experiment)
    if experiment is None:
        parser.error(f"{args.source} has no experiment {args.experiment}")
    known = target.get_experiment_by_name(args.experiment)
    experiment_id = known.experiment_id if known else target.create_experiment(args.experiment, tags=experiment.tags)

    # What was copied whole is not copied again; what was cut off in between is deleted and copied anew.
    parents = {}
    for run in read_runs(target, experiment_id):
        if COPIED_FROM in run.data.tags and run.data.tags.get("copied.whole") == "true":
            parents[run.data.tags[COPIED_FROM]] = run.info.run_id
        elif COPIED_FROM in run.data.tags:
            target.delete_run(run.info.run_id)

    count = 0
    for run in read_runs(source, experiment.experiment_id):
        if run.info.run_id not in parents:
            parents[run.info.run_id] = copy_run(source, target, run, experiment_id, parents, args)
            target.set_tag(parents[run.info.run_id], "copied.whole", "true")
            count += 1
    print(f"{count} runs of {args.experiment} were copied to {args.target}")


if __name__ == "__main__":
    main()
