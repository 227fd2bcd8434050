"""Reads a folder in the layout of MLflow's file store, by the rules in docs/export.md, and prints as
JSON what it found. Written from those rules and not from MLflow's reader; anything that the rules
don't allow ends it with a message and exit code 1.

    mlflow_layout_check.py MLRUNS
"""
import json
import math
import os
import posixpath
import re
import sys
from urllib.parse import unquote, urlparse

import yaml

NAME = re.compile(r"^[/\w.\- ]+$")
EXPERIMENT_ID = re.compile(r"^[a-zA-Z0-9][\w\-]{0,63}$")
RUN_ID = re.compile(r"^[a-zA-Z0-9][\w\-]{0,255}$")
STATUSES = {1: "RUNNING", 2: "SCHEDULED", 3: "FINISHED", 4: "FAILED", 5: "KILLED"}
NO_RUNS = {"tags", "datasets", "traces"}


def require(holds, message):
    if not holds:
        sys.exit(message)


def read(path):
    with open(path, encoding="utf-8", newline="") as file:
        return file.read()


def read_meta(folder):
    path = os.path.join(folder, "meta.yaml")
    require(os.path.isfile(path), f"{folder} has no meta.yaml")
    meta = yaml.safe_load(read(path))
    require(isinstance(meta, dict), f"{path} is no mapping")
    require(meta.get("lifecycle_stage") == "active", f"{path}: lifecycle_stage")
    return meta


def check_name(kind, name):
    """What may name a metric, a parameter or a tag, which is also its file."""
    require(NAME.match(name), f"{kind} {name!r}: characters")
    normal = posixpath.normpath(name)
    require(normal == name and normal != "." and not normal.startswith(("..", "/")),
            f"{kind} {name!r}: as a path")
    require(len(name) <= 250, f"{kind} {name!r}: length")


def read_things(run_folder, kind):
    things = {}
    folder = os.path.join(run_folder, kind)
    for parent, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(parent, name)
            key = os.path.relpath(path, folder)
            check_name(kind, key)
            things[key] = read(path)
    return things


def read_metric(name, text):
    lines = text.splitlines()
    require(lines, f"metric {name!r} has no line")
    points = []
    for line in lines:
        cells = line.strip().split(" ")
        require(len(cells) == 3, f"metric {name!r}: {line!r}")
        timestamp, value, step = int(cells[0]), float(cells[1]), int(cells[2])
        require(timestamp >= 0 and math.isfinite(value), f"metric {name!r}: {line!r}")
        points.append([timestamp, value, step])
    return points


def read_run(folder, experiment_id):
    meta = read_meta(folder)
    run_id = os.path.basename(folder)
    require(RUN_ID.match(run_id), f"{folder}: id of a run")
    for member in ("run_id", "run_uuid"):
        require(meta.get(member) == run_id, f"{folder}: {member}")
    require(meta.get("experiment_id") == experiment_id, f"{folder}: experiment_id")
    require(meta.get("status") in STATUSES, f"{folder}: status")
    for member in ("start_time", "end_time", "source_type"):
        require(type(meta.get(member)) is int and meta[member] >= 0, f"{folder}: {member}")
    require(meta["end_time"] >= meta["start_time"], f"{folder}: it ends before it begins")
    for member in ("user_id", "run_name", "source_name", "source_version", "entry_point_name"):
        require(isinstance(meta.get(member), str), f"{folder}: {member}")
    require(meta.get("tags") == [], f"{folder}: tags")
    artifacts = urlparse(meta["artifact_uri"])
    require(artifacts.scheme == "file"
            and os.path.realpath(unquote(artifacts.path))
            == os.path.realpath(os.path.join(folder, "artifacts")), f"{folder}: artifact_uri")
    params, tags = read_things(folder, "params"), read_things(folder, "tags")
    require(all(len(value) <= 6000 for value in params.values()), f"{folder}: a long parameter")
    require(all(len(value) <= 5000 for value in tags.values()), f"{folder}: a long tag")
    require(tags.get("mlflow.runName") == meta["run_name"], f"{folder}: run_name")
    metrics = {name: read_metric(name, text)
               for name, text in read_things(folder, "metrics").items()}
    return {"status": STATUSES[meta["status"]], "name": meta["run_name"],
            "start_time": meta["start_time"], "end_time": meta["end_time"],
            "params": params, "tags": tags, "metrics": metrics}


def read_store(root):
    experiments = {}
    for entry in sorted(os.listdir(root)):
        folder = os.path.join(root, entry)
        if not os.path.isdir(folder) or entry in (".trash", "models"):
            continue
        require(EXPERIMENT_ID.match(entry), f"{folder}: id of an experiment")
        meta = read_meta(folder)
        require(meta.get("experiment_id") == entry, f"{folder}: experiment_id")
        require(isinstance(meta.get("name"), str) and 0 < len(meta["name"]) <= 500,
                f"{folder}: name")
        require(type(meta.get("creation_time")) is int, f"{folder}: creation_time")
        runs = {}
        for run in sorted(os.listdir(folder)):
            if os.path.isdir(os.path.join(folder, run)) and run not in NO_RUNS:
                runs[run] = read_run(os.path.join(folder, run), entry)
        for run in runs.values():
            parent = run["tags"].get("mlflow.parentRunId")
            require(parent is None or parent in runs, f"{run['name']}: its parent isn't there")
        experiments[meta["name"]] = runs
    require(experiments, f"{root} holds no experiment")
    return experiments


if __name__ == "__main__":
    json.dump(read_store(sys.argv[1]), sys.stdout)
