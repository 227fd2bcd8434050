#!/usr/bin/env python3
"""Writes a table of simulated runs and its mapping file, for `tandem analyse --table`. Nobody measured
them: the mapping says so, and every report repeats it.

    bench/simulated_runs.py --models 16 --repetitions 1471 --output FOLDER     a million runs
    bench/simulated_runs.py --models 3 --repetitions 4 --output docs/any-table the example of docs/any-table.md

Each pair of the models has the original study's experiments: A at its defaults beside B at five settings,
and each training alone, once for all pairs. Durations, energies and the metric are lognormal around what a
model needs, slowed down beside another; the same for the same seed.
"""
import argparse
import itertools
import json
import math
import pathlib
import random

LEVELS = [("default", None, 1.0), ("learning_rate", "learning_rate", 0.2), ("learning_rate", "learning_rate", 5.0),
          ("epochs", "epochs", 0.5), ("epochs", "epochs", 1.5)]
HEADER = "run,model,beside,repetition,position,learning_rate,epochs,energy_kj,duration_s,accuracy\n"


def model(index, draw):
    return {"name": f"model_{index + 1:02}", "learning_rate": 0.01, "epochs": 10, "seconds": 60 + 40 * draw.random() * index,
            "watts": 60 + 15 * index % 140, "accuracy": 0.7 + 0.2 * draw.random(), "slowed_by": 1.1 + 0.5 * draw.random()}


def values_of(chosen, setting):
    _, name, factor = setting
    values = {"learning_rate": chosen["learning_rate"], "epochs": chosen["epochs"]}
    if name:
        values[name] = round(values[name] * factor, 6)
    return values


def training(chosen, setting, beside, draw):
    """Cells from learning_rate to accuracy."""
    _, name, factor = setting
    noise = draw.gauss
    slow = (chosen["slowed_by"] if beside else 1) * math.exp(noise(0, 0.03))
    seconds = chosen["seconds"] * (factor if name == "epochs" else 1) * slow
    kilojoules = seconds * chosen["watts"] * (0.8 if beside else 1) * math.exp(noise(0, 0.02)) / 1000
    gain = 0.02 * math.log(factor) if name else 0
    accuracy = min(0.9999, chosen["accuracy"] + gain - (0.005 if beside else 0) + noise(0, 0.004))
    values = values_of(chosen, setting)
    return f"{values['learning_rate']:g},{values['epochs']:g},{kilojoules:.6g},{seconds:.6g},{accuracy:.5f}"


def write_table(file, models, repetitions, draw):
    run = 0
    file.write(HEADER)
    for repetition in range(1, repetitions + 1):
        for chosen in models:
            # The first model is never B: it is never changed.
            for setting in LEVELS if chosen is not models[0] else LEVELS[:1]:
                run += 1
                file.write(f"r{run},{chosen['name']},,{repetition},{run},{training(chosen, setting, False, draw)}\n")
        for a, b in itertools.combinations(models, 2):
            for setting in LEVELS:
                run += 1
                file.write(f"r{run},{a['name']},{b['name']},{repetition},{run},{training(a, LEVELS[0], True, draw)}\n"
                           f"r{run},{b['name']},{a['name']},{repetition},{run},{training(b, setting, True, draw)}\n")
    return run


def mapping(models):
    return {
        "name": "Simulated runs", "simulated": True,
        "columns": {
            "run": "run", "model": "model", "partner": "beside", "repetition": "repetition", "order": "position",
            "hyperparameters": {"learning_rate": "learning_rate", "epochs": "epochs"},
            "energy": {"column": "energy_kj", "unit": "kJ", "of": "training", "measured_by": "nobody: simulated"},
            "duration": {"column": "duration_s", "unit": "s"},
            "performance": "accuracy"},
        "models": {chosen["name"]: {"defaults": {"learning_rate": chosen["learning_rate"], "epochs": chosen["epochs"]},
                                    "metric": {"name": "accuracy", "direction": "higher_is_better"},
                                    "memory_mb": 450 + 300 * i, "gpu_util_percent": 12 + 5 * i}
                   for i, chosen in enumerate(models)}}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", type=int, default=16)
    parser.add_argument("--repetitions", type=int, default=1471)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--output", type=pathlib.Path, required=True)
    options = parser.parse_args()
    draw = random.Random(options.seed)
    models = [model(i, draw) for i in range(options.models)]
    options.output.mkdir(parents=True, exist_ok=True)
    with open(options.output / "runs.csv", "w", encoding="utf-8") as file:
        runs = write_table(file, models, options.repetitions, draw)
    (options.output / "map.json").write_text(json.dumps(mapping(models), indent=2) + "\n", encoding="utf-8")
    print(f"{runs} simulated runs in {options.output}")


if __name__ == "__main__":
    main()
