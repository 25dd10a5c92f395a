"""Search for good parameters: a parent run, and a child run for each try with the history of its error."""

import argparse
import random

import mlflow
from sklearn.datasets import load_diabetes
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.metrics import root_mean_squared_error
from sklearn.model_selection import train_test_split


def attempt(parameters, seed, rows):
    """Fit one model, log its error after each tree, and return the last one."""
    x_train, x_test, y_train, y_test = rows
    mlflow.log_params(parameters)
    model = GradientBoostingRegressor(random_state=seed, **parameters)
    model.fit(x_train, y_train)
    error = None
    for step, predicted in enumerate(model.staged_predict(x_test)):
        error = root_mean_squared_error(y_test, predicted)
        mlflow.log_metric("rmse", error, step=step)
    return error


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--experiment", default="diabetes", help="the experiment's name (default: %(default)s)")
    parser.add_argument("--tries", type=int, default=8, help="how many (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="seed of the search (default: %(default)s)")
    args = parser.parse_args()

    data = load_diabetes()
    rows = train_test_split(data.data, data.target, test_size=0.25, random_state=args.seed)
    draw = random.Random(args.seed)

    mlflow.set_experiment(args.experiment)
    with mlflow.start_run(run_name="search") as parent:
        mlflow.log_params({"tries": args.tries, "seed": args.seed})
        best = None
        for number in range(1, args.tries + 1):
            parameters = {
                "n_estimators": draw.choice([50, 100, 200]),
                "learning_rate": round(10 ** draw.uniform(-2, -0.5), 4),
                "max_depth": draw.randint(2, 5),
            }
            with mlflow.start_run(run_name=f"try {number}", nested=True) as child:
                error = attempt(parameters, args.seed, rows)
            if best is None or error < best[0]:
                best = (error, child.info.run_id)
        mlflow.log_metric("rmse", best[0])
        mlflow.set_tag("best", best[1])

    print(f"The best of {args.tries} tries is run {best[1]} with an rmse of {best[0]:.2f}; their parent is {parent.info.run_id}")


if __name__ == "__main__":
    main()
