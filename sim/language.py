"""The language in which people are spoken to: English, or Chinese by the catalogue in `sim/locale`.

It gives `_` and `ngettext` for sentences, and `set_language` for whoever knows what the reader speaks. Keywords,
names of measures, headers of data files and slugs are words of the program and are never translated. It must not know
what is said.
"""

from __future__ import annotations

import gettext
import os
from collections.abc import Mapping
from contextvars import ContextVar
from functools import cache

ENGLISH, CHINESE = "en", "zh"
LANGUAGES = (ENGLISH, CHINESE)
DOMAIN = "jobfair"
# What systems say about the language, the first that is set counts (gettext, section "Locale Environment Variables").
VARIABLES = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")

# A property of the present task, as decimal contexts are: threads that write pages in two languages do not meet.
_chosen: ContextVar[str] = ContextVar("language", default=ENGLISH)


def set_language(name: str | None) -> str:
    """Speak this language from now on; without a name, the one of the system. Gives the one that is spoken."""
    chosen = system_language(os.environ) if name is None else name
    if chosen not in LANGUAGES:
        raise ValueError(f"no language {chosen!r}; there are {', '.join(LANGUAGES)}")
    _chosen.set(chosen)
    return chosen


def language() -> str:
    """The language that is spoken."""
    return _chosen.get()


def system_language(environment: Mapping[str, str]) -> str:
    """The language that the environment asks for, if it is one of LANGUAGES; English otherwise."""
    said = next((environment[name] for name in VARIABLES if environment.get(name)), "")
    for one in said.split(":"):
        code = one.replace("-", "_").split(".")[0].split("_")[0].lower()
        if code in LANGUAGES:
            return code
    return ENGLISH


def _(text: str) -> str:
    """The text in the language that is spoken; itself where the catalogue has none."""
    # The empty text stands for the head of a catalogue.
    return _translations(language()).gettext(text) if text else ""


def ngettext(one: str, many: str, count: int) -> str:
    """The form of a text that goes with a count."""
    return _translations(language()).ngettext(one, many, count)


def N_(text: str) -> str:  # noqa: N802 - the name by which catalogue tools know it
    """Mark a text that is translated later, where it is shown."""
    return text


@cache
def _translations(name: str) -> gettext.NullTranslations:
    """The catalogue of a language; English needs none."""
    if name == ENGLISH:
        return gettext.NullTranslations()
    import importlib.resources

    file = importlib.resources.files(__package__).joinpath("locale", name, "LC_MESSAGES", f"{DOMAIN}.mo")
    with file.open("rb") as content:
        return gettext.GNUTranslations(content)
