"""Studies of a training that does nothing (noop_trainer.cpp), for bench/orchestration and
bench/many_runs."""
import itertools
import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
TANDEM = ROOT / "build/release/bin/tandem"


def build_trainer(folder):
    """Compiles it into the folder, with the C++ library inside, so that loading it takes no time."""
    program = folder / "noop-trainer"
    subprocess.run(["c++", "-std=c++20", "-O2", "-static", ROOT / "bench/noop_trainer.cpp", "-o", program],
                   check=True)
    return program


def check_tandem():
    if not TANDEM.exists():
        sys.exit(f"{TANDEM} is not there: scripts/build release")


def write_study(folder, trainer, models, repetitions):
    """Every model alone and every pair of them once for each repetition. Returns the number of runs."""
    (folder / "workloads").mkdir(exist_ok=True)
    names = [f"noop{i}" for i in range(models)]
    for position, name in enumerate(names):
        manifest = {
            "manifest_version": 1, "repo": "bench", "model": name, "title": "does nothing",
            "domain": "vision", "architecture": "none",
            "catalogue": {"position": 101 + position, "memory_mb": 1, "gpu_util_percent": 1, "duration_s": 1},
            "command": [str(trainer)],
            "hyperparameters": {
                "epochs": {"flag": "--epochs", "type": "integer", "default": 1, "least": 1, "most": 10},
                "learning_rate": {"flag": "--learning-rate", "type": "real", "default": 0.1, "least": 0}},
            "performance_metric": {"name": "accuracy", "direction": "higher_is_better"}}
        (folder / "workloads" / f"{name}.json").write_text(json.dumps(manifest))
    pairs = list(itertools.combinations(names, 2))
    model = lambda name: {"repo": "bench", "model": name}
    # No pause and no look at the idle machine: those are the study's, not the tool's.
    study = {"experiment_name": "noop", "scale": "quick", "idle_s": 0, "mutate": {}, "repetitions": repetitions,
             "model_pairs": [{"model_a": model(a), "model_b": model(b)} for a, b in pairs]}
    (folder / "study.json").write_text(json.dumps(study))
    return (len(names) + len(pairs)) * repetitions


def session_command(folder, results):
    return [TANDEM, "run", folder / "study.json", "--workloads", folder / "workloads", "--results", results]
