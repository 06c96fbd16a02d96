"""The JSON schema for editors is that of the model, and describes every field."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

from evaluation.plan.schema import DIRECTIVE, schema_json

ROOT = Path(__file__).parents[2]


def test_the_schema_in_docs_is_current():
    stored = (ROOT / "docs/evaluation.schema.json").read_text(encoding="utf-8")
    assert stored == schema_json(), "write it again: python -m evaluation.plan.schema > docs/evaluation.schema.json"


def test_every_field_is_described_and_none_is_unknown():
    schema = json.loads(schema_json())
    tables = {"Plan": schema, **schema["$defs"]}
    for name, table in tables.items():
        assert table["additionalProperties"] is False
        for field, entry in table["properties"].items():
            # a table that says the same as its field is described once, where it is defined
            table_of = schema["$defs"].get(str(entry.get("$ref", "")).rpartition("/")[2], {})
            assert entry.get("description") or table_of.get("description"), f"{name}.{field}"


def test_the_schema_knows_the_keys_of_the_file():
    schema = json.loads(schema_json())
    plan = tomllib.loads((ROOT / "evaluation.toml").read_text(encoding="utf-8"))
    assert set(plan) <= set(schema["properties"])
    assert {"from", "to"} <= set(schema["$defs"]["Wave"]["properties"])
    assert "start" not in schema["$defs"]["Wave"]["properties"]


def test_rebilds_plan_names_the_schema():
    assert (ROOT / "evaluation.toml").read_text(encoding="utf-8").startswith(DIRECTIVE + "\n")
