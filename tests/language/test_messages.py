"""Messages in Chinese: findings, alarms and warnings are known by their templates, and nothing else is changed."""

import ast
import json
import re
from pathlib import Path

import pytest

from sim.cli import main
from sim.language import LANGUAGES, MESSAGE, set_language, speaking, spoken
from sim.model.alarms import Alarm, as_json, spoken_alarm
from sim.model.errors import Finding, InputError
from sim.model.scenario import load_scenario
from tests.language import catalogue
from tests.language.messages import messages_in, template

CASES = Path(__file__).parents[1] / "unit" / "messages.txt"
# Two words of small letters beside each other are English; keywords stand alone, between quotation marks or in lists.
ENGLISH = re.compile(r"(?<![\w.])[a-z]{2,} [a-z]{2,}(?![\w.=])")
QUOTED = re.compile(r"\"[^\"]*\"|`[^`]*`|'[^']*'|\[[^\]]*\]|pip install \S+|openssl rand -out \S+")


@pytest.fixture(autouse=True)
def english():
    yield
    set_language("en")


def english_in(text: str) -> list[str]:
    return ENGLISH.findall(QUOTED.sub("", text))


def cases() -> list[tuple[str, dict[str, str], list[str]]]:
    """The cases of messages.txt: title, files, overrides."""
    found = []
    for block in CASES.read_text("utf-8").split("\n== ")[1:]:
        title, *lines = block.rstrip("\n").split("\n")
        files: dict[str, str] = {}
        overrides: list[str] = []
        for line in lines:
            mark, _, rest = line.partition(" ")
            if mark == "--":
                files[rest] = ""
            elif mark == "--set":
                overrides.append(rest)
            elif mark != ">>":
                name = next(reversed(files))
                files[name] += f"{line}\n"
        found.append((title, files, overrides))
    return found


@pytest.mark.parametrize(("title", "files", "overrides"), cases(), ids=[one[0] for one in cases()])
def test_no_english_is_left_in_findings(title, files, overrides, tmp_path, monkeypatch):
    for name, content in files.items():
        path = tmp_path / "here" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf-8")
    monkeypatch.chdir(tmp_path / "here")
    try:
        findings = load_scenario("x.toml", tuple(overrides)).findings
    except InputError as error:
        findings = error.findings
    for finding in findings:
        before = str(finding)
        with speaking("zh"):
            assert english_in(finding.spoken()) == [], finding.spoken()
            assert finding.spoken().endswith(f" [{finding.slug}]")
            assert str(finding) == before
        assert finding.spoken() == before


def test_a_finding_keeps_its_names():
    finding = Finding("x.toml:3", "gate.lanes", '"two" is no whole number', "lanes, 0 to 10000", "", "wrong-type")
    with speaking("zh"):
        said = finding.spoken()
    assert said.startswith('x.toml:3：gate.lanes："two" 不是整数（')
    assert said.endswith("0 至 10000） [wrong-type]")


def test_what_has_no_template_is_said_as_it_is():
    with speaking("zh"):
        assert spoken("nobody ever says such things") == "nobody ever says such things"
        assert spoken("") == ""


def test_braces_of_an_example_are_no_places():
    text = 'a list of {from = "HH:MM", recruiters = N}'
    with speaking("zh"):
        assert spoken(text) == '由 {from = "HH:MM", recruiters = N} 组成的列表'


def test_an_alarm_is_said_in_chinese_and_stays_english_in_json():
    found = "recruiters are in interviews 98.1% of their time (and so at 3 more)"
    remedy = "add recruiters or hours, or check how many seekers come to how few firms"
    alarm = Alarm("recruiters-always-busy", "fairs.a", "utilisation", 0.981, 0.97, found, remedy)
    with speaking("zh"):
        (one,) = as_json([alarm])
        assert one["text"] == str(alarm)
        said = spoken_alarm(one)
    assert said.startswith("异常提示：fairs.a：utilisation：招聘人员有 98.1% 的时间在面谈（另有 3 处亦然）；")
    assert english_in(said) == []
    assert spoken_alarm(one) == f"alarm: {alarm}"


def test_json_is_the_same_in_every_language(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("x.toml").write_text('gate.lanes = "two"\n', "utf-8")
    documents = []
    for name in LANGUAGES:
        assert main(["check", "x.toml", "--json", "--lang", name]) == 1
        documents.append(json.loads(capsys.readouterr().out))
    assert documents[0] == documents[1]


def test_templates_name_what_stands_at_their_places():
    def of(text: str) -> str:
        node = ast.parse(text, mode="eval").body
        assert isinstance(node, ast.JoinedStr)
        return template(node)

    assert of('f"{shown(raw)} is no number"') == "{raw} is no number"
    assert of('f"{a.low:g} to {a.low:g}"') == "{low} to {low2}"
    assert of("f\"{', '.join(names)} or {len(rows):,}\"") == "{names} or {rows}"


def test_messages_are_found_where_they_are_made():
    source = '"""Says much."""\n\ndef f(x):\n    """Not said."""\n    found = f"{x} is wrong"\n'
    assert list(messages_in(source)) == []
    source += '    raise InputError([Finding("", "", found, "a right one", "word", "slug")])\n'
    assert list(messages_in(source)) == ["{x} is wrong", "a right one"]


def test_no_template_hides_another():
    """Every message is said by its own template or by one that says more, never by one of fewer words."""
    hidden = []
    with speaking("zh"):
        for message in catalogue.stored():
            if message.context == MESSAGE:
                said = spoken(re.sub(r"\{(\w+)\}", r"‹\1›", str(message.id)))
                if not said or english_in(re.sub(r"‹\w+›", "", said)):
                    hidden.append((message.id, said))
    assert hidden == []
