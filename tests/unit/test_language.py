"""Which language is spoken, and who decides."""

import threading

import pytest

from sim import language
from sim.language import ENGLISH, N_, _, ngettext, set_language, system_language


@pytest.fixture(autouse=True)
def english():
    set_language(ENGLISH)
    yield
    set_language(ENGLISH)


@pytest.mark.parametrize(
    ("environment", "spoken"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh-Hans"}, "zh"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "zh_TW"}, "zh"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "en_GB.UTF-8", "LC_MESSAGES": "zh_CN.UTF-8"}, "zh"),
        ({"LC_ALL": "C", "LANGUAGE": "fr:zh:en"}, "zh"),
        ({"LANGUAGE": "", "LANG": "zh_CN"}, "zh"),
    ],
)
def test_the_system_says_which_language(environment, spoken):
    assert system_language(environment) == spoken


def test_a_name_counts_more_than_the_system(monkeypatch):
    for name in language.VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    assert set_language(None) == "zh"
    assert set_language("en") == "en"
    assert language.language() == "en"


def test_an_unknown_language_is_refused():
    with pytest.raises(ValueError, match="no language 'tlh'; there are en, zh"):
        set_language("tlh")


def test_english_says_the_text_itself():
    assert _("posts") == N_("posts") == "posts"
    assert _("") == ""
    assert [ngettext("one", "many", count) for count in (0, 1, 2)] == ["many", "one", "many"]


def test_chinese_says_what_the_catalogue_has():
    set_language("zh")
    assert _("posts") == "岗位"
    assert _("") == ""
    assert _("nobody ever says this") == "nobody ever says this"


def test_each_thread_has_a_language_of_its_own():
    set_language("zh")
    heard = []
    other = threading.Thread(target=lambda: heard.append(language.language()))
    other.start()
    other.join()
    assert heard == ["en"]
