"""No text for people is made past the catalogue: every text of several words in the modules that speak is looked at."""

import ast
from pathlib import Path

import pytest

from sim.language import MESSAGE
from tests.language import catalogue
from tests.language.messages import Texts, called

ROOT = Path(__file__).parents[2]
SPEAKING = (
    "cli/*.py", "report/**/*.py", "study/story.py", "study/explain.py", "study/calibration/calibrate.py",
    "model/template*.py", "warmup.py",
)  # fmt: skip
# Chapters of the manual that the program writes; the manual is English.
ENGLISH = {"dossier.py", "figures.py", "markdown.py", "matching.py", "reasoning.py", "reference.py", "strategies.py"}
# Calls whose texts are translated where they are made or shown, or are no texts for people.
TAKEN = {
    "_", "ngettext", "pgettext", "N_",
    "Finding", "Refusal", "UsageError", "Alarm",
    "option", "compile", "sql", "execute", "ContextVar", "removeprefix",
}  # fmt: skip
# Words of data and methods, values of starter scenarios, and what is translated elsewhere.
KNOWN = {
    "not identified", "yuan per intent", "yuan per start", "cannot tell", "Show this message and exit.",
    "paired differences, Student t, Bonferroni over all headline measures of all plans",
    "multiple comparison with the best (Hsu's constrained intervals, Bonferroni on paired differences)",
    "Kim and Nelson 2001 (KN, c = 1)", "band {name}", "{value} (SHA-256 {value2})", "read me", "Town hall",
    "Motor works",
}  # fmt: skip


class Unspoken(Texts, ast.NodeVisitor):
    """Gathers texts of several words that no call of TAKEN has; names of columns and places are none."""

    def visit_Call(self, node: ast.Call) -> None:
        if called(node) not in TAKEN:
            self.generic_visit(node)

    def visit_Dict(self, node: ast.Dict) -> None:
        for value in node.values:
            self.visit(value)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        self.visit(node.value)


def unspoken(source: str) -> list[str]:
    found = Unspoken()
    found.visit(ast.parse(source))
    return list(dict.fromkeys(found.templates))


def modules() -> list[Path]:
    found = {path for pattern in SPEAKING for path in (ROOT / "sim").glob(pattern) if path.name not in ENGLISH}
    return sorted(found)


@pytest.fixture(scope="module")
def messages() -> set[str]:
    return {str(one.id) for one in catalogue.stored() if one.context == MESSAGE}


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_text_passes_through_the_catalogue(path, messages):
    texts = [text for text in unspoken(path.read_text("utf-8")) if text not in messages | KNOWN]
    # What stands between quotation marks or brackets in a template of a scenario is TOML.
    assert [text for text in texts if not text.startswith(('"', "[", "default-src"))] == []


def test_what_is_printed_as_it_is_is_found():
    assert unspoken('click.echo(f"{count} replications are done")') == ["{count} replications are done"]
    assert unspoken('table.add_column("mean wait", justify="right")') == ["mean wait"]
    assert unspoken('console.print(shown_line(f"of {x:+.1f} intents: {causes}"))') == ["of {x} intents: {causes}"]
    assert unspoken('say(_("{count} replications are done").format(count=3))') == []
    assert unspoken('def f():\n    """Says nothing."""\n    return ROWS["booth days"]') == []


def test_every_known_text_is_still_there():
    said = {text for path in modules() for text in unspoken(path.read_text("utf-8"))}
    assert said >= KNOWN
