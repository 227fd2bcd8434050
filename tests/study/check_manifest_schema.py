"""docs/workload.schema.json accepts every manifest that came with tandem and the whole one of the
tests, and refuses the mistakes that a schema can see. tandem's own reader refuses all of them
(script_manifest_test.cpp), so that what the schema refuses, tandem refuses as well."""
import copy
import glob
import json
import os
import sys

import jsonschema

root = sys.argv[1]


def read(*parts):
    with open(os.path.join(root, *parts), encoding="utf-8") as file:
        return json.load(file)


def parent_and_key(document, pointer):
    keys = pointer.split("/")[1:]
    for key in keys[:-1]:
        document = document[int(key)] if isinstance(document, list) else document[key]
    return document, int(keys[-1]) if isinstance(document, list) else keys[-1]


schema = read("docs", "workload.schema.json")
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)
wrong = []

manifests = sorted(glob.glob(os.path.join(root, "workloads", "*.json")))
assert len(manifests) == 16, manifests
whole = os.path.join(root, "tests", "study", "manifests", "whole.json")
for path in manifests + [whole]:
    for error in validator.iter_errors(read(path)):
        wrong.append(f"{path}: {error.json_path}: {error.message}")

mistakes = read("tests", "study", "manifests", "mistakes.json")
for mistake in mistakes:
    manifest = copy.deepcopy(read(whole))
    parent, key = parent_and_key(manifest, mistake.get("put") or mistake["remove"])
    if "put" in mistake:
        parent[key] = mistake["value"]
    else:
        del parent[key]
    refused = not validator.is_valid(manifest)
    if refused != mistake["schema_refuses"]:
        wrong.append(f"the schema {'refuses' if refused else 'accepts'} {mistake}")

print("\n".join(wrong) or f"{len(manifests) + 1} manifests, {len(mistakes)} mistakes: as expected")
sys.exit(bool(wrong))
