"""The catalogue of translations: what the program says, found in its sources, and what stands for it in Chinese.

`python -m tests.language.catalogue` writes the texts that the program says now into the catalogue, keeps the
translations that it has, drops those that nobody says any more, and compiles it. Texts without a translation are
listed; a test fails as long as there are any. Messages stand under a context of their own, as templates: they are made
in English, since files hold them, and translated when they are said.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from sim import cli
from sim.cli.helping import SHOW_HELP, paragraphs
from sim.language import MESSAGE
from sim.report.page import words
from sim.report.verification import EXACT
from tests.language.messages import messages_in, messages_of_calls

ROOT = Path(__file__).parents[2]
LANGUAGE = "zh"
FOLDER = ROOT / "sim" / "locale" / LANGUAGE / "LC_MESSAGES"
TEXTS, COMPILED = FOLDER / "jobfair.po", FOLDER / "jobfair.mo"
PARAMETERS = ROOT / "sim" / "model" / "parameters.csv"
CASES = ROOT / "sim" / "study" / "cases.csv"
KEYWORDS = {**DEFAULT_KEYWORDS, "N_": None}
TEMPLATE_OPTIONS = {
    "extensions": "jinja2.ext.i18n",
    "trimmed": "true",
    "newstyle_gettext": "true",
    "silent": "false",
    "encoding": "utf-8",
}
LINE = 120
# Modules whose texts are scenarios, workbooks and help rather than messages.
SAY_MORE = ("template.py", "sheets.py", "dossier.py")
DATED = datetime(2020, 4, 21, tzinfo=UTC)

# What click says on our command line: its texts are translated in our catalogue.
CLICK = (
    "Usage:",
    "Options",
    "Commands",
    "default: {default}",
    "Missing command.",
    "Missing argument",
    "Missing option",
    "Missing parameter",
    "Missing parameter: {param_name}",
    "Missing {param_type}",
    ("Got unexpected extra argument ({args})", "Got unexpected extra arguments ({args})"),
    "Invalid value: {message}",
    "Invalid value for {param_hint}: {message}",
    "No such option {name!r}.",
    "Option {name!r} does not take a value.",
    ("Option {name!r} requires an argument.", "Option {name!r} requires {nargs} arguments."),
    "Choose from:\n\t{choices}",
    ("{value!r} is not {choice}.", "{value!r} is not one of {choices}."),
    "{value!r} is not a valid {number_type}.",
    "{value} is not in the range {range}.",
    "{name} {filename!r} is a directory.",
    "file",
)
# Templates that are put together from parts, and what the readers of TOML and CSV find, which our messages quote.
QUOTED = (
    "{unit}: {forms}",
    "{found} (and so at {count} more)",
    "Invalid statement",
    "Expected newline or end of document after a statement",
    "Illegal character {character}",
    "Invalid date or datetime",
    "Cannot declare {key} twice",
    "Expected ']' at the end of a table declaration",
    "Expected ']]' at the end of an array declaration",
    "Cannot mutate immutable namespace {key}",
    "Cannot redefine namespace {key}",
    "Cannot overwrite a value",
    "Expected '=' after a key in a key/value pair",
    "Invalid initial character for a key part",
    "Unclosed array",
    "Unclosed inline table",
    "Duplicate inline table key {key}",
    "Invalid hex value",
    "Escaped character is not a Unicode scalar value",
    "Unterminated string",
    "Unescaped '\\' in a string",
    "Expected {expected}",
    "Brackets nest too deep",
    "unexpected end of data",
)

Message = tuple[str, str | tuple[str, ...], str | None]  # file, text or its forms, context


def said() -> Iterator[Message]:
    """Every text that the program says by the catalogue, with the file that says it."""
    for path in sorted((ROOT / "sim").rglob("*.py")):
        for _, text, *_ in extract_from_file("python", path, keywords=KEYWORDS):
            yield path.relative_to(ROOT).as_posix(), text, None
        templates = messages_of_calls if path.name in SAY_MORE else messages_in
        for text in templates(path.read_text("utf-8")):
            yield path.relative_to(ROOT).as_posix(), text, MESSAGE
    for path in sorted((ROOT / "sim").rglob("templates/*.html")):
        method = "jinja2.ext:babel_extract"
        for _, text, *_ in extract_from_file(method, path, keywords=KEYWORDS, options=TEMPLATE_OPTIONS):
            yield path.relative_to(ROOT).as_posix(), text, None
    yield from of_parameters()
    yield from of_units()
    yield from of_cases()
    yield from of_help()
    for text in QUOTED:
        yield "tomllib, csv", text, MESSAGE


def of_parameters() -> Iterator[Message]:
    """What pages, starter scenarios and workbooks say of parameters: unit, meaning, source."""
    with PARAMETERS.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            for text in (row["unit"], row["meaning"], row["source"]):
                if any(character.isalpha() for character in text):
                    yield PARAMETERS.relative_to(ROOT).as_posix(), text, None


def of_units() -> Iterator[Message]:
    """Units, which may be names of measures elsewhere."""
    for text in filter(None, words.UNITS.values()):
        yield "sim/report/page/words.py", text, words.UNIT


def of_cases() -> Iterator[Message]:
    """Where the expected figures of a verification come from."""
    with CASES.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield CASES.relative_to(ROOT).as_posix(), row["source"].removeprefix(f"{EXACT}: "), None


def of_help() -> Iterator[Message]:
    """What help says: the verbs, their options, and what click says itself."""
    for command in (cli.cli, *cli.cli.commands.values()):
        texts = [command.help, *(getattr(option, "help", None) for option in command.params)]
        for text in texts:
            for paragraph in paragraphs(text) if text else ():
                yield "sim/cli", paragraph, None
    for text in (SHOW_HELP, *CLICK):
        yield "click", text, None


def stored() -> Catalog:
    """The catalogue as it is in its file; empty if there is none."""
    if not TEXTS.exists():
        return new_catalogue()
    with TEXTS.open("rb") as file:
        return read_po(file, locale=LANGUAGE, domain="jobfair")


def new_catalogue() -> Catalog:
    """A catalogue without texts; nothing in its head changes by itself."""
    catalogue = Catalog(
        locale=LANGUAGE, domain="jobfair", project="jobfair", fuzzy=False, header_comment="# Chinese texts of jobfair."
    )
    catalogue.creation_date = catalogue.revision_date = DATED
    return catalogue


def updated(translations: Catalog) -> Catalog:
    """What the program says now, with the translations that are known of it."""
    catalogue = new_catalogue()
    for file, text, context in said():
        known = translations.get(text[0] if isinstance(text, tuple) else text, context)
        string = known.string if known is not None else ""
        found = catalogue.get(text[0] if isinstance(text, tuple) else text, context)
        places = [*(found.locations if found is not None else []), (file, None)]
        catalogue.add(text, string, locations=list(dict.fromkeys(places)), context=context)
    return catalogue


def po_text(catalogue: Catalog) -> bytes:
    """The catalogue as the text of its file."""
    content = io.BytesIO()
    write_po(content, catalogue, width=LINE, omit_header=False, include_lineno=False, sort_by_file=False)
    kept = (line for line in content.getvalue().splitlines(keepends=True) if b"Generated-By" not in line)
    return b"".join(kept)


def mo_bytes(catalogue: Catalog) -> bytes:
    """The catalogue compiled."""
    content = io.BytesIO()
    write_mo(content, catalogue)
    return content.getvalue()


def untranslated(catalogue: Catalog) -> list[str]:
    """Texts without a translation, or with one that is only a guess."""
    return [
        str(message.id)
        for message in catalogue
        if message.id and (not message.string or message.fuzzy or not all(message.string))
    ]


def main() -> None:
    """Bring the catalogue up to date."""
    before = stored()
    catalogue = updated(before)
    FOLDER.mkdir(parents=True, exist_ok=True)
    TEXTS.write_bytes(po_text(catalogue))
    COMPILED.write_bytes(mo_bytes(stored()))
    dropped = {str(one.id) for one in before if one.id} - {str(one.id) for one in catalogue if one.id}
    print(f"{len(catalogue)} texts, {len(dropped)} dropped, without translation: {len(untranslated(catalogue))}")
    for text in untranslated(catalogue):
        print(f"  {text}")


if __name__ == "__main__":
    main()
