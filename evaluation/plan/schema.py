"""The JSON schema of ``evaluation.toml``, for editors that complete and check TOML while one types."""

from __future__ import annotations

import json
from typing import Any

from evaluation.plan.model import Plan

#: Line that ties a plan to the schema in editors with TOML support (Even Better TOML, Taplo).
DIRECTIVE = "#:schema docs/evaluation.schema.json"


def schema_json() -> str:
    """The schema as JSON text with a line end; ``docs/evaluation.schema.json`` holds the same."""
    schema = Plan.model_json_schema(by_alias=True)
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "evaluation.toml"
    _drop_titles(schema)
    return json.dumps(schema, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def _drop_titles(part: Any) -> None:
    """Remove the titles pydantic makes of field names ("Id Column"): they only repeat the key."""
    if isinstance(part, list):
        for value in part:
            _drop_titles(value)
    elif isinstance(part, dict):
        for name, table in part.items():
            if name in ("properties", "$defs") and isinstance(table, dict):
                for entry in table.values():
                    if isinstance(entry, dict) and isinstance(entry.get("title"), str):
                        del entry["title"]
            _drop_titles(table)


if __name__ == "__main__":
    import sys

    sys.stdout.write(schema_json())
