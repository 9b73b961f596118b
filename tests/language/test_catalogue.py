"""The catalogue has every text that the program says, translated, and the compiled file is that of the text."""

import gettext
import re
import string

import pytest

from tests.language import catalogue

PLACES = re.compile(r"%\((\w+)\)s")
HAN = re.compile(r"[\u4e00-\u9fff]")
# Punctuation, which differs, but no word.
WITHOUT_WORDS = {
    ", ",
    "; ",
    "{head}: {parts}.",
    "{what}: {parts}",
    "{part}: ",
    " ({allowed})",
    "; {remedy}",
    "{scenario}: {policy}",
    "{name}: {amount}",
    "{what} ({where})",
    "`{key}` ({others})",
    "`{key}` ({words}{usual}): {turned}.",
    "{key}: {range} ({reason}).",
    "{measure} ({details})",
    "{parts}.",
    "%(part)s: ",
    "%(measure)s (%(value)s): ",
}


def forms(text):
    return text if isinstance(text, (tuple, list)) else (text,)


def places(text):
    named = {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
    return named | set(PLACES.findall(text))


@pytest.fixture(scope="module")
def messages():
    return [message for message in catalogue.stored() if message.id]


def test_every_text_is_there_and_no_other(messages):
    said = {(forms(text)[0], context) for _, text, context in catalogue.said()}
    assert {(forms(message.id)[0], message.context) for message in messages} == said


def test_every_text_is_translated_and_none_is_a_guess(messages):
    assert catalogue.untranslated(catalogue.stored()) == []
    assert not any(message.fuzzy for message in messages)
    texts = [message for message in messages if not message.context]  # messages may be keywords and nothing else
    without = {str(message.id) for message in texts if not all(map(HAN.search, forms(message.string)))}
    assert without == WITHOUT_WORDS


def test_a_translation_has_the_places_of_its_text(messages):
    wrong = {}
    for message in messages:
        wanted = list(map(places, forms(message.id)))
        for text in forms(message.string):
            if places(text) not in wanted:
                wrong[message.id] = text
    assert wrong == {}


def test_percent_signs_are_doubled_where_the_text_has_them_doubled(messages):
    for message in messages:
        for text in forms(message.string):
            assert ("%%" in text) == ("%%" in forms(message.id)[0]), message.id


def test_the_compiled_file_is_that_of_the_text(messages):
    with catalogue.COMPILED.open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for message in messages:
        one, *more = forms(message.id)
        expected = forms(message.string)[0]
        found = compiled.pgettext(message.context, one) if message.context else compiled.gettext(one)
        assert (compiled.ngettext(one, more[0], 2) if more else found) == expected


def test_writing_the_catalogue_again_changes_nothing():
    written = catalogue.po_text(catalogue.updated(catalogue.stored()))
    assert written.decode() == catalogue.TEXTS.read_text("utf-8")
    assert catalogue.mo_bytes(catalogue.stored()) == catalogue.COMPILED.read_bytes()


def test_a_missing_and_a_guessed_translation_are_found():
    """The twin: what the tests above look for is seen when it is there."""
    texts = catalogue.new_catalogue()
    texts.add("known", "知道")
    texts.add("missing", "")
    texts.add("guessed", "猜", flags=["fuzzy"])
    assert catalogue.untranslated(texts) == ["missing", "guessed"]
