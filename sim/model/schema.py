"""The scenario language as a JSON schema, for editors and other programs.

Made from the parameter table alone. A schema cannot say what must fit together; `load_scenario` can.
"""

from __future__ import annotations

from sim.model.parameters import LISTS, Parameter, vocabulary
from sim.model.parse import (
    DURATION_FORMS,
    LONGEST_DURATION,
    LONGEST_TEXT,
    MOST_ITEMS,
    MOST_RECRUITERS,
    MOST_WINDOWS,
    default_value,
)
from sim.model.values import DURATION_ARGUMENTS, Value

Schema = dict[str, object]

NUMBER = r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?"
TIME = r"([01]?[0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?"
CLOCK = rf"^{TIME}$"
CLOSE = rf"^({TIME}|24:00)$"
WINDOW = rf"\s*{TIME}\s*-\s*({TIME}|24:00)\s*"
DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"


def json_schema() -> dict[str, object]:
    """The schema (draft 2020-12) of a scenario file as TOML gives it, dates and times as ISO text."""
    properties: Schema = {"base": _base()}
    properties |= _properties("")
    for name in LISTS:
        entry: Schema = {"type": "object", "additionalProperties": False, "properties": _properties(name)}
        properties[name] = {"type": "array", "items": entry}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Scenario of job fairs",
        "description": (
            "A scenario file after TOML was read. TOML dates and local times are texts here: 2020-04-21, "
            "09:00:00. A file may leave to its base what a scenario needs, so no key is required."
        ),
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
    }


def _base() -> Schema:
    path: Schema = {"type": "string", "minLength": 1}
    return {
        "description": "Scenario file, or several, that this one is laid on; later ones win.",
        "anyOf": [path, {"type": "array", "items": path}],
    }


def _properties(place: str) -> Schema:
    """The keys of one place of the file, sections as objects."""
    properties: Schema = {}
    sections: dict[str, Schema] = {}
    for key, parameter in vocabulary(place).keys.items():
        section, dot, name = key.partition(".")
        if not dot:
            properties[key] = _described(parameter)
            continue
        if section not in sections:
            sections[section] = {}
            properties[section] = {
                "type": "object",
                "additionalProperties": False,
                "properties": sections[section],
            }
        sections[section][name] = _described(parameter)
    return properties


def _described(parameter: Parameter) -> Schema:
    """One parameter: its value, or the value together with its source."""
    value = _type(parameter)
    cited: Schema = {
        "type": "object",
        "additionalProperties": False,
        "required": ["value"],
        "properties": {"value": value, "source": {"type": "string", "maxLength": LONGEST_TEXT}},
    }
    unit = f" [{parameter.unit}]" if parameter.unit else ""
    described: Schema = {
        "description": f"{parameter.meaning}{unit} Source: {parameter.source}.",
        "anyOf": [value, cited],
    }
    if parameter.default:
        described["default"] = _plain_default(default_value(parameter), parameter)
    return described


def _plain_default(value: Value, parameter: Parameter) -> object:
    if isinstance(value, tuple):
        return list(value)
    if parameter.type in ("integer", "number", "share", "flag"):
        return value
    return parameter.default


def _type(parameter: Parameter) -> Schema:
    if parameter.type in ("integer", "number", "share"):
        return {"type": "integer" if parameter.type == "integer" else "number"} | _bounds(parameter)
    if parameter.type == "numbers":
        numbers: Schema = {"type": "array", "items": {"type": "number"} | _bounds(parameter)}
        return {"anyOf": [numbers, {"type": "string", "pattern": rf"^\s*({NUMBER}(\s*,\s*{NUMBER})*)?\s*$"}]}
    if parameter.type in ("names", "dates"):
        item: Schema = {"type": "string", "pattern": DATE} if parameter.type == "dates" else _name(parameter)
        items: Schema = {"type": "array", "items": item, "maxItems": MOST_ITEMS, "uniqueItems": True}
        return {"anyOf": [items, {"type": "string"}]}
    if parameter.type == "clock":
        return {"type": "string", "pattern": CLOSE if parameter.key == "close" else CLOCK}
    plain: dict[str, Schema] = {
        "flag": {"type": "boolean"},
        "choice": {"enum": list(parameter.choices)},
        "date": {"type": "string", "pattern": DATE},
        "text": {"type": "string", "maxLength": LONGEST_TEXT},
        "path": {"type": "string", "maxLength": LONGEST_TEXT},
        "duration": _duration(),
        "shifts": _shifts(),
        "windows": _windows(),
    }
    return plain[parameter.type]


def _name(parameter: Parameter) -> Schema:
    """One of the choices, or any name."""
    if parameter.choices:
        return {"enum": list(parameter.choices)}
    return {"type": "string", "minLength": 1, "maxLength": LONGEST_TEXT}


def _bounds(parameter: Parameter) -> Schema:
    bounds: Schema = {}
    for name, limit in (("minimum", parameter.minimum), ("maximum", parameter.maximum)):
        if limit is not None:
            bounds[name] = int(limit) if limit == int(limit) else limit
    return bounds


def _duration() -> Schema:
    argument = rf"\s*[a-z]+\s*=\s*{NUMBER}\s*"
    calls = "|".join(rf"{kind}\s*\({','.join([argument] * len(names))}\)" for kind, names in DURATION_ARGUMENTS.items())
    pattern = rf"^\s*({NUMBER}|{calls})\s*$"
    return {
        "description": DURATION_FORMS,
        "anyOf": [
            {"type": "number", "minimum": 0, "maximum": LONGEST_DURATION},
            {"type": "string", "pattern": pattern},
        ],
    }


def _shifts() -> Schema:
    shift: Schema = {
        "type": "object",
        "additionalProperties": False,
        "required": ["from", "recruiters"],
        "properties": {
            "from": {"type": "string", "pattern": CLOCK},
            "recruiters": {"type": "integer", "minimum": 0, "maximum": MOST_RECRUITERS},
        },
    }
    return {"anyOf": [{"type": "array", "items": shift}, {"type": "string"}]}


def _windows() -> Schema:
    windows: Schema = {
        "type": "array",
        "items": {"type": "string", "pattern": f"^{WINDOW}$"},
        "maxItems": MOST_WINDOWS,
        "uniqueItems": True,
    }
    return {"anyOf": [windows, {"type": "string", "pattern": rf"^({WINDOW}(,{WINDOW})*|\s*)$"}]}
