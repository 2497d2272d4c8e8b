"""What `equipoise schema` prints is a schema, which all scenarios and templates meet and misspelt or misplaced fields do not.

    python tests/schemas.py SCENARIO_SCHEMA CELL_SCHEMA SCENARIO... -- CELLS...
"""

import copy
import json
import sys
import tomllib

from jsonschema import Draft202012Validator


def paths(schema, value, at=()):
    """Tables of a file whose fields the schema names, each with its path."""
    if not isinstance(value, dict):
        return
    yield at
    for key, inner in value.items():
        yield from paths(schema, inner, (*at, key))


def within(value, path):
    for key in path:
        value = value[key]
    return value


def check(schema, files):
    with open(schema, encoding="utf-8") as file:
        schema = json.load(file)
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema", schema["$schema"]
    assert "$ref" not in json.dumps(schema)
    validator = Draft202012Validator(schema)
    refused = 0
    for name in files:
        with open(name, "rb") as file:
            scenario = tomllib.load(file)
        errors = [f"{name}: {error.json_path}: {error.message}" for error in validator.iter_errors(scenario)]
        assert not errors, "\n".join(errors)
        # A field that does not exist is found in each table but those whose keys are names of the user's.
        for path in paths(schema, scenario):
            broken = copy.deepcopy(scenario)
            within(broken, path)["misspelt"] = {"misspelt": "?"}
            assert not validator.is_valid(broken), f"{name}: {path}"
            refused += 1
    return validator, refused


def refuses(validator, name, changes):
    with open(name, "rb") as file:
        scenario = tomllib.load(file)
    assert validator.is_valid(scenario)
    for path, value in changes:
        broken = copy.deepcopy(scenario)
        *table, key = path.split(".")
        if value is None:
            del within(broken, table)[key]
        else:
            within(broken, table)[key] = value
        assert not validator.is_valid(broken), f"{path} = {value}"


def main():
    scenario_schema, cell_schema, *files = sys.argv[1:]
    split = files.index("--")
    scenarios, cells = files[:split], files[split + 1 :]
    of_scenarios, tables = check(scenario_schema, scenarios)
    assert tables > 100, tables
    drive_step = next(name for name in scenarios if name.endswith("external-drive.toml"))
    refuses(of_scenarios, drive_step, [
        ("n", 1.5),
        ("n", 0),
        ("n", "400"),
        ("duration", None),
        ("duration", 0.0),
        ("transmission", "sometimes"),
        ("transmission", {"release_probability": 1.5}),
        ("populations.E.kind", "exciting"),
        ("populations.E.kind", None),
        ("populations.E.gain", None),
        ("populations.E.rate", 1.0),
        ("populations.E.drive", {"steps": []}),
        ("populations.E.gain.probit", {"max_rate": 1.0, "threshold": 0.0, "slope": 0.5}),
        ("populations.E.gain.logistic.slope", 0.0),
        ("populations.X.rate", None),
        ("populations.X.drive", 1.0),
        ("coupling.E.E", "1"),
        ("ensemble.replicates", 0),
        ("engine", {"method": "exakt"}),
        ("record", {"spikes": "some"}),
        ("energy", {"budget": "rodent-cortex-1901"}),
        ("energy", {"budget": "rodent-cortex-2001", "spike": 1.0}),
    ])
    of_cells, tables = check(cell_schema, cells)
    assert tables > 50, tables
    refuses(of_cells, cells[0], [
        ("cells.cortical.capacitance", 1.0),
        ("cells.cortical.capacitance", "uF/cm2"),
        ("cells.cortical.capacitance", "1"),
        ("cells.cortical.leak", None),
        ("populations.I.count", 0),
        ("curve", {"gain": "straight"}),
    ])
    print("valid")


main()
