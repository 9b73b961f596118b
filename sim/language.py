"""The language in which people are spoken to: English, or Chinese by the catalogue in `sim/locale`.

It gives `_`, `ngettext` and `pgettext` for sentences and words, `spoken` for messages that are kept in English because
files hold them too, and `set_language` and `speaking` for whoever knows what the reader speaks. Keywords, names of
measures, headers of data files and slugs are words of the program and are never translated. It must not know what is
said.
"""

from __future__ import annotations

import gettext
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import NamedTuple

ENGLISH, CHINESE = "en", "zh"
LANGUAGES = (ENGLISH, CHINESE)
DOMAIN = "jobfair"
# What systems say about the language, the first that is set counts (gettext, section "Locale Environment Variables").
VARIABLES = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
OWN_VARIABLE = "JOBFAIR_LANG"
# Messages known by their templates have this context in the catalogue.
MESSAGE = "message"
# Places of templates that hold a word of the language, not a keyword or a name.
WORDS = ("unit", "what")
PLACE = re.compile(r"\{(\w+)\}")

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


def asked_language(arguments: Sequence[str], environment: Mapping[str, str]) -> str:
    """The language that a command line asks for by --lang, else the environment."""
    asked = environment.get(OWN_VARIABLE, "")
    for place, one in enumerate(arguments):
        if one.startswith("--lang="):
            asked = one.partition("=")[2]
        elif one == "--lang" and place + 1 < len(arguments):
            asked = arguments[place + 1]
        elif one == "--":
            break
    return asked if asked in LANGUAGES else system_language(environment)


@contextmanager
def speaking(name: str) -> Iterator[None]:
    """Speak this language for a while; libraries that ask gettext, as click does, speak it too."""
    token = _chosen.set(name)
    variable, domain = os.environ.get(VARIABLES[0]), gettext.textdomain()
    os.environ[VARIABLES[0]] = name
    gettext.bindtextdomain(DOMAIN, os.path.join(os.path.dirname(__file__), "locale"))
    gettext.textdomain(DOMAIN)
    try:
        yield
    finally:
        gettext.textdomain(domain)
        os.environ.pop(VARIABLES[0])
        if variable is not None:
            os.environ[VARIABLES[0]] = variable
        _chosen.reset(token)


def _(text: str) -> str:
    """The text in the language that is spoken; itself where the catalogue has none."""
    # The empty text stands for the head of a catalogue.
    return _translations(language()).gettext(text) if text else ""


def pgettext(context: str, text: str) -> str:
    """A text that says something else elsewhere, in the language that is spoken."""
    return _translations(language()).pgettext(context, text)


def ngettext(one: str, many: str, count: int) -> str:
    """The form of a text that goes with a count."""
    return _translations(language()).ngettext(one, many, count)


def N_(text: str) -> str:  # noqa: N802 - the name by which catalogue tools know it
    """Mark a text that is translated later, where it is shown."""
    return text


def spoken(text: str) -> str:
    """A message that was made in English, said by the template that it was made from; itself where none fits."""
    for template in _templates(language()):
        if text.startswith(template.begin) and text.endswith(template.end):
            match = template.pattern.fullmatch(text)
            if match:
                # Not format: braces of a TOML example are no places.
                parts = PLACE.split(template.translation)
                return "".join(_value(part, match[part]) if place % 2 else part for place, part in enumerate(parts))
    return text


def _value(name: str, value: str) -> str:
    """What stands at a place of a template may be a message itself."""
    said = spoken(value)
    return _(value) if said == value and name in WORDS else said


class _Template(NamedTuple):
    begin: str
    end: str
    pattern: re.Pattern[str]
    translation: str


@cache
def _templates(name: str) -> tuple[_Template, ...]:
    """The templates of messages that the catalogue of a language has, those that say most first."""
    head = f"{MESSAGE}\x04"
    texts = _translations(name).texts()
    found = {text.removeprefix(head): said for text, said in texts.items() if text.startswith(head)}
    by_length = sorted(found, key=lambda text: (-len(PLACE.sub("", text)), text))
    return tuple(_template(text, found[text]) for text in by_length)


def _template(text: str, translation: str) -> _Template:
    parts = PLACE.split(text)
    pattern = "".join(f"(?P<{part}>.+?)" if place % 2 else re.escape(part) for place, part in enumerate(parts))
    return _Template(parts[0], parts[-1], re.compile(pattern, re.DOTALL), translation)


class _Catalogue(gettext.GNUTranslations):
    """A catalogue that can be looked through."""

    _catalog: dict[str | tuple[str, int], str]

    def texts(self) -> dict[str, str]:
        """Every text that has no plural, with what stands for it."""
        return {text: said for text, said in self._catalog.items() if isinstance(text, str)}


class _NoCatalogue(gettext.NullTranslations):
    """English needs none."""

    def texts(self) -> dict[str, str]:
        """No text stands for another."""
        return {}


@cache
def _translations(name: str) -> _Catalogue | _NoCatalogue:
    """The catalogue of a language."""
    if name == ENGLISH:
        return _NoCatalogue()
    import importlib.resources

    folder = importlib.resources.files(__package__)
    with folder.joinpath("locale", name, "LC_MESSAGES", f"{DOMAIN}.mo").open("rb") as content:
        return _Catalogue(content)
