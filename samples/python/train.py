"""Train one model and log it: parameters, metrics, tags and a file."""

import argparse

import mlflow
from sklearn.datasets import load_diabetes
from sklearn.ensemble import RandomForestRegressor
from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error
from sklearn.model_selection import train_test_split


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--experiment", default="diabetes", help="the experiment's name (default: %(default)s)")
    parser.add_argument("--trees", type=int, default=200, help="how many trees (default: %(default)s)")
    parser.add_argument("--depth", type=int, default=6, help="how deep they may be (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="seed of the split and of the trees (default: %(default)s)")
    args = parser.parse_args()

    data = load_diabetes()
    x_train, x_test, y_train, y_test = train_test_split(data.data, data.target, test_size=0.25, random_state=args.seed)

    mlflow.set_experiment(args.experiment)
    with mlflow.start_run(run_name=f"forest of {args.trees}") as run:
        mlflow.set_tags({"model": "random forest", "rows": len(x_train)})
        mlflow.log_params({"trees": args.trees, "depth": args.depth, "seed": args.seed})

        model = RandomForestRegressor(n_estimators=args.trees, max_depth=args.depth, random_state=args.seed)
        model.fit(x_train, y_train)
        predicted = model.predict(x_test)

        mlflow.log_metrics(
            {
                "rmse": root_mean_squared_error(y_test, predicted),
                "mae": mean_absolute_error(y_test, predicted),
                "r2": r2_score(y_test, predicted),
            }
        )
        importances = dict(zip(data.feature_names, model.feature_importances_.tolist()))
        mlflow.log_dict(importances, "importances.json")

    print(f"Run {run.info.run_id} in experiment {run.info.experiment_id} at {mlflow.get_tracking_uri()}")


if __name__ == "__main__":
    main()
