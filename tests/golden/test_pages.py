"""A small run, a season, a comparison and a search look as they looked, in both languages."""

import difflib

from tests.golden import pages

CHANGED = "the page has changed. If that is meant: run `python -m tests.golden.accept`, and look at the page."
MOST_LINES = 20


def changed(before: str, after: str) -> str:
    """Empty if nothing is, else a message with the first lines that differ."""
    lines = [line for line in difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0)]
    return "\n".join([CHANGED, *(line[:300] for line in lines[:MOST_LINES])]) if lines else ""


def test_the_pages_are_what_they_were() -> None:
    for path, text in pages.pages():
        message = changed(path.read_text("utf-8"), text)
        assert not message, f"{path.name}: {message}"


def test_twin_one_digit_is_noticed() -> None:
    path = pages.HERE / "run.en.html"
    text = path.read_text("utf-8")
    place = text.index('<p class="figure">') + len('<p class="figure">')
    other = text[:place] + "9" + text[place:]
    message = changed(text, other)
    assert "tests.golden.accept" in message
    assert '+  <p class="figure">9' in message
