"""Every message of the scenario loader, word by word, and all of them in one pass."""

import ast
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from model_helpers import GOOD, messages, write

from sim.model import bases, documents, grid, totals
from sim.model.errors import Finding, InputError, in_order, nearest, quoted, shown
from sim.model.messages import SLUGS, messages_page
from sim.model.scenario import load_scenario

ROOT = Path(__file__).parents[2]


@dataclass
class Case:
    """A case of messages.txt."""

    title: str
    files: dict[str, str | bytes] = field(default_factory=dict)
    overrides: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)


def _cases() -> list[Case]:
    cases: list[Case] = []
    for block in Path(__file__).with_name("messages.txt").read_text(encoding="utf-8").split("\n== ")[1:]:
        title, *lines = block.rstrip("\n").split("\n")
        case, file = Case(title), ""
        for line in lines:
            mark, _, rest = line.partition(" ")
            if mark == "--":
                file = rest
                case.files[file] = ""
            elif mark == "--set":
                case.overrides.append(rest)
            elif mark == ">>":
                case.expected.append(rest)
            else:
                case.files[file] = f"{case.files[file]}{line}\n"
        cases.append(case)
    return cases


CASES = _cases()


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)


@pytest.mark.parametrize("case", CASES, ids=[case.title for case in CASES])
def test_messages_in_full(case: Case) -> None:
    assert messages(case.files, tuple(case.overrides)) == case.expected


def test_bytes_that_are_no_text() -> None:
    assert messages({"x.toml": b'name = "a"\nwhy = "\xff"\n'}) == [
        "x.toml: the file is not UTF-8 text, first in line 2; save it as UTF-8 [not-utf8]"
    ]
    table = '[tables]\nfirms = "f.csv"\n[[fairs]]\nid = "a"\nposts = 1\nseekers = 1\n'
    assert messages({"x.toml": table, "f.csv": b"id\n\xff\xff\n"}) == [
        'x.toml:2: tables.firms: "f.csv" is no text (UTF-8 or GBK); save it as "CSV UTF-8" [not-utf8]'
    ]


def test_the_example_of_the_contract() -> None:
    fairs = "".join(f'\n[[fairs]]\nid = "{one}"\nfirms = 1\nposts = 1\nseekers = 1\n' for one in "ab")
    text = "\n" + fairs + 'open = "25:00"\n'
    line = text.count("\n")
    expected = f'scenarios/x.toml:{line}: fairs[2].open: "25:00" is no clock time '
    expected += "(HH:MM, 00:00 to 23:59) [bad-clock-time]"
    assert messages({"scenarios/x.toml": text}, name="scenarios/x.toml") == [expected]


def test_findings_of_files_bases_tables_and_overrides_come_in_one_pass() -> None:
    files: dict[str, str | bytes] = {
        "scenarios/x.toml": 'base = "base.toml"\n[gate]\nlanes = "two"\n[tables]\nfirms = "f.csv"\n'
        '[[fairs]]\nid = "a"\n',
        "scenarios/base.toml": "behaviour.talk_share = 2\nclose = 3\n",
        "scenarios/f.csv": "id,pay\nf,much\n",
    }
    assert messages(files, ("run.seed=-1",), "scenarios/x.toml") == [
        'scenarios/x.toml:3: gate.lanes: "two" is no whole number (lanes, 0 to 10000) [wrong-type]',
        "scenarios/base.toml:1: behaviour.talk_share: 2 is out of range (0 to 1) [out-of-range]",
        "scenarios/base.toml:2: close: 3 is no clock time (HH:MM, 00:00 to 24:00); put it in quotation marks "
        "[bad-clock-time]",
        "--set run.seed=-1: run.seed: -1 is out of range (0 to 9223372036854775807) [out-of-range]",
        'scenarios/f.csv:2: pay: "much" is no number (-100 to 100) [wrong-type]',
    ]


def test_places_are_named_as_the_planner_named_the_file(tmp_path: Path) -> None:
    write(
        Path(),
        {"s/scenarios/sub/x.toml": 'base = "../b.toml"\n' + GOOD, "s/scenarios/b.toml": "gate.lanes = -1"},
    )
    expected = "b.toml:1: gate.lanes: -1 is out of range (lanes, 0 to 10000) [out-of-range]"
    here = tmp_path / "here"
    for name, folder in (
        (f"{here}/s/scenarios/sub/x.toml", f"{here}/s/scenarios/"),
        ("./s/scenarios/sub/x.toml", "s/scenarios/"),
    ):
        with pytest.raises(InputError) as caught:
            load_scenario(name)
        assert str(caught.value) == folder + expected


def test_a_long_text_is_refused() -> None:
    text = f'why = "{"x" * 2001}"\n' + GOOD
    assert messages({"x.toml": text}) == ["x.toml:1: why: a text of 2001 characters (at most 2000) [bad-text]"]


def test_numbers_and_brackets_beyond_measure_are_refused() -> None:
    assert messages({"x.toml": f"run.seed = {'9' * 5000}\n" + GOOD}) == [
        "x.toml: no TOML: a number has too many digits [bad-toml]"
    ]
    assert messages({"x.toml": "a = " + "[" * 100_000}) == ["x.toml: no TOML: Brackets nest too deep [bad-toml]"]
    assert messages({"x.toml": f"run.seed = 0x{'f' * 5000}\n" + GOOD}) == [
        "x.toml:1: run.seed: a whole number of about 6021 digits is out of range "
        "(0 to 9223372036854775807) [out-of-range]"
    ]
    assert messages({"x.toml": "time_step_minutes = 1e999\n" + GOOD}) == [
        "x.toml:1: time_step_minutes: inf is not finite (minutes, 0 to 60) [not-finite]"
    ]


@pytest.mark.parametrize("part", ["a", '"a b"', "'a'", "a1-_"])
@pytest.mark.parametrize("dot", [".", " . ", "\t."])
def test_a_key_of_many_parts_is_refused_before_it_takes_memory(part: str, dot: str) -> None:
    few, many = (f"# why\n{dot.join([part] * count)} = 1\n{GOOD}" for count in (32, 33))
    name = part.strip("'")
    assert messages({"x.toml": few}) == [f"x.toml:2: {name}: unknown key [unknown-key]"]
    assert messages({"x.toml": many}) == [
        "x.toml:2:1: no TOML: A key has more than 32 parts; no key of a scenario has more than a few parts between "
        "dots [bad-toml]"
    ]


def test_dots_in_texts_are_no_keys() -> None:
    assert messages({"x.toml": 'why = "' + "a." * 900 + '"\n' + GOOD}) == []


def test_a_large_file_is_refused_before_it_is_read() -> None:
    assert messages({"x.toml": b"#" * 2_000_001}) == [
        "x.toml: this file has 2000001 bytes (at most 2000000) [too-large]"
    ]


def test_a_large_table_is_refused_before_it_is_read() -> None:
    with Path("f.csv").open("wb") as stream:
        stream.truncate(512_000_001)
    assert messages({"x.toml": '[tables]\nseekers = "f.csv"\n[[fairs]]\nid = "a"\nfirms = 1\nposts = 1\n'}) == [
        'x.toml:2: tables.seekers: "f.csv" has 512000001 bytes (at most 512000000) [too-large]'
    ]


def test_a_folder_is_no_file() -> None:
    Path("folder").mkdir()
    assert messages({}, name="folder") == ["folder: this is a folder (a file) [not-a-file]"]
    assert messages({"x.toml": 'base = "folder"\n' + GOOD}) == [
        'x.toml:1: base: "folder" is a folder (a file) [not-a-file]'
    ]


def test_a_file_that_the_system_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    write(Path(), {"x.toml": GOOD})
    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert messages({}) == ["x.toml: the file cannot be read (Permission denied) [unreadable]"]


def test_names_that_are_no_names() -> None:
    long = "x" * 300 + ".toml"
    assert messages({}, name=long) == [f"{long}: the file cannot be read (File name too long) [unreadable]"]
    assert messages({}, name="a\0b") == ["a\\u0000b: the file cannot be read (no name of a file) [unreadable]"]
    Path("loop.toml").symlink_to("loop.toml")
    assert messages({}, name="loop.toml") == [
        "loop.toml: the file cannot be read (Too many levels of symbolic links) [unreadable]"
    ]


def test_lists_longer_than_the_limit_are_refused() -> None:
    many = "".join(f'[[fairs]]\nid = "{number}"\n' for number in range(2001))
    assert messages({"x.toml": many}) == ["x.toml:1: fairs: 2001 entries (at most 2000) [over-limit]"]
    half = "".join(f'[[groups]]\nid = "{{}}{number}"\n' for number in range(40))
    files: dict[str, str | bytes] = {
        "x.toml": 'base = "b.toml"\n' + GOOD + half.replace("{}", "x"),
        "b.toml": half,
    }
    assert messages(files) == ["x.toml: groups: 80 entries with those of the bases (at most 64) [over-limit]"]


def test_tables_longer_than_the_limit_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(grid.MOST_ROWS, "seekers", 3)
    text = '[tables]\nseekers = "s.csv"\n[[fairs]]\nid = "a"\nfirms = 1\nposts = 1\n'
    assert messages({"x.toml": text, "s.csv": "id\n1\n2\n3\n"}) == []
    assert messages({"x.toml": text, "s.csv": "id\n1\n2\n3\n4\n"}) == [
        "s.csv:5: more than 3 rows (at most 3) [too-many-rows]"
    ]


def test_a_table_full_of_mistakes_is_not_read_to_its_end() -> None:
    text = '[tables]\nfirms = "f.csv"\n[[fairs]]\nid = "a"\nposts = 900\nseekers = 1\n'
    found = messages({"x.toml": text, "f.csv": "id,pay\n" + "".join(f"{n},x\n" for n in range(500))})
    assert found[0] == 'f.csv:2: pay: "x" is no number (-100 to 100) [wrong-type]'
    assert found[100:] == [
        "f.csv:102: 100 findings; the rest of the table was not looked at; correct these first [too-many-findings]"
    ]


def test_lists_full_of_mistakes_are_not_read_to_their_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "MOST_FINDINGS", 3)
    text = GOOD.replace("firms = 3\n", "") + "[[firms]]\npay = 1000\nposts = 1\n" * 9
    assert messages({"x.toml": text})[3:] == [
        "x.toml:15: firms[4].pay: 1000 is out of range (-100 to 100) [out-of-range]",
        "x.toml:17: firms[5]: more than 3 findings; the rest of the list was not looked at; "
        "correct these first [too-many-findings]",
    ]


def test_random_arrivals_count_towards_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(totals.LIMITS, "seekers", 100)
    text = 'arrivals.pattern = "poisson"\narrivals.step_minutes = 30\narrivals.per_hour = [100, 101]\n'
    text += '[[fairs]]\nid = "a"\nfirms = 1\nposts = 1\n'
    assert messages({"x.toml": text}) == ["x.toml: seekers: 100 seekers over all fairs (at most 100) [over-limit]"]
    assert messages({"x.toml": text.replace("101", "100")}) == []


def test_refused_values_cause_no_second_finding() -> None:
    text = '[[fairs]]\nid = "a"\nopen = "9"\nclose = "08:00"\nfirms = "3"\nposts = 2\nseekers = -1\n'
    assert [line.rsplit("[", 1)[1] for line in messages({"x.toml": text})] == [
        "bad-clock-time]",
        "wrong-type]",
        "out-of-range]",
    ]


def test_rows_with_refused_values_cause_no_second_finding() -> None:
    text = GOOD.replace("firms = 3\n", "") + '[[firms]]\nid = 3\nposts = 9\n[[posts]]\nfirm = "f"\n'
    assert messages({"x.toml": text}) == [
        "x.toml:6: firms[1].id: 3 is no text (a text in quotation marks) [wrong-type]"
    ]


def test_no_posts_are_needed_without_offers_and_no_arrival_profile_with_listed_times() -> None:
    text = GOOD.replace("posts = 30\n", "").replace("seekers = 40\n", "interview.offers = false\n")
    assert messages({"x.toml": text + '[[seekers]]\narrives = "09:00"\n'}) == []
    weights = "arrivals.weights = [0]\n" + text
    assert messages({"x.toml": weights + '[[seekers]]\narrives = "09:00"\n'}) == []
    assert messages({"x.toml": weights + '[[seekers]]\narrives = "09:00"\n[[seekers]]\n'}) == [
        "x.toml:1: arrivals.weights: no step has a weight above 0; give a step a weight [no-arrivals]"
    ]


def test_steps_of_weight_zero_may_reach_beyond_the_end() -> None:
    text = 'open = "09:00"\narrivals.start = "08:30"\narrivals.step_minutes = 30\nclose = "10:00"\n'
    text += "arrivals.weights = [1, 1, 1, 0, 0]\n" + GOOD
    assert messages({"x.toml": text}) == []
    assert messages({"x.toml": text.replace("0, 0]", "0, 1]")}) == [
        "x.toml:5: arrivals.weights: 5 steps from 08:30 reach to 11:00 (until close, 10:00); "
        "take steps off, begin earlier or close later [arrivals-after-close]"
    ]


def test_a_venue_may_be_used_one_fair_after_the_other() -> None:
    fair = '[[fairs]]\nid = "{}"\nvenue = "Hall"\ndate = {}\nopen = "{}"\nclose = "{}"\n'
    fair += "firms = 1\nposts = 1\nseekers = 1\n"
    start = 'arrivals.weights = [1]\narrivals.start = "08:00"\n'
    morning = fair.format("a", "2020-04-21", "08:30", "12:00")
    assert messages({"x.toml": start + morning + fair.format("b", "2020-04-21", "12:00", "17:00")}) == []
    assert messages({"x.toml": start + morning + fair.format("b", "2020-04-22", "09:00", "17:00")}) == []
    found = messages({"x.toml": start + morning + fair.format("b", "2020-04-21", "11:59", "17:00")})
    assert [line.rpartition(" ")[2] for line in found if not line.startswith("warning")] == ["[venue-overlap]"]


def test_totals_may_agree_with_own_numbers() -> None:
    assert messages({"x.toml": "totals.firms = 3\n" + GOOD}) == []


def test_every_slug_is_explained_and_every_message_has_a_slug() -> None:
    page = (ROOT / "docs" / "messages.md").read_text(encoding="utf-8")
    assert page == messages_page()
    assert re.findall(r"^## (.*)$", page.partition("\n# Alarms\n")[0], re.MULTILINE) == sorted(SLUGS)
    for case in CASES:
        for line in case.expected:
            slug = re.search(r" \[([a-z0-9-]+)\]$", line)
            assert slug and slug[1] in SLUGS, line


def test_every_slug_that_the_program_uses_is_explained() -> None:
    used = set()
    for path in (ROOT / "sim").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = getattr(node.func, "id", "") if isinstance(node, ast.Call) else ""
            if isinstance(node, ast.Call) and name in ("Finding", "Refusal"):
                words = [*node.args, *(word.value for word in node.keywords if word.arg == "slug")]
                used |= {words[-1].value} if isinstance(words[-1], ast.Constant) else set()
    assert len(used) > 30
    assert sorted(used - set(SLUGS)) == []


def test_every_slug_is_asserted_in_some_test() -> None:
    texts = "".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("*.*") if path.suffix in (".py", ".txt")
    )
    assert [slug for slug in SLUGS if f"[{slug}]" not in texts] == []


def test_the_manual_page_is_printed_by_the_command() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "sim.model.messages"], cwd=ROOT, capture_output=True, check=True, timeout=60
    )
    assert done.stdout.decode() == messages_page()
    assert done.stderr == b""


def test_a_finding_leaves_out_what_is_empty() -> None:
    assert str(Finding("p", "k", "f", "a", "r", "s")) == "p: k: f (a); r [s]"
    assert str(Finding("p", "", "f", "", "", "s")) == "p: f [s]"
    assert (
        str(InputError([Finding("p", "", "f", "", "", "s"), Finding("q", "", "g", "", "", "s")]))
        == "p: f [s]\nq: g [s]"
    )


def test_findings_are_ordered_by_file_and_line_and_said_once() -> None:
    places = ["b.toml:10", "a.toml:3:7", "b.toml:9", "b.toml", "a.toml:3:7", "--set open=09:00"]
    findings = [Finding(place, "", "f", "", "", "s") for place in places]
    ordered = [finding.place for finding in in_order(findings)]
    assert ordered == ["b.toml", "b.toml:9", "b.toml:10", "a.toml:3:7", "--set open=09:00"]


def test_values_are_shown_as_a_planner_writes_them() -> None:
    assert [shown(value) for value in (True, 3, 2.5, "a\n", {}, [])] == [
        "true",
        "3",
        "2.5",
        '"a\\n"',
        "a table",
        "a list",
    ]
    assert shown(10**18) == "a whole number of about 19 digits"
    assert quoted("x" * 99) == '"' + "x" * 57 + '..."'
    assert quoted("武汉") == '"武汉"'


@pytest.mark.parametrize(
    ("word", "name"),
    [("gate.lans", "gate.lanes"), ("opne", "open"), ("zzz", ""), ("", ""), ("x" * 10_000, "")],
)
def test_the_nearest_name(word: str, name: str) -> None:
    assert nearest(word, ["gate.lanes", "gate.minutes", "open", "close"]) == name


def test_a_syntax_error_in_a_base_is_placed_there() -> None:
    found = messages({"x.toml": 'base = "b.toml"\n' + GOOD, "b.toml": "\n\na = \n"})
    assert found == ["b.toml:3:5: no TOML: Invalid value; a text or clock time stands in quotation marks [bad-toml]"]


def test_bases_deeper_than_the_limit_are_refused() -> None:
    files: dict[str, str | bytes] = {f"{n}.toml": f'base = "{n + 1}.toml"\n' for n in range(17)}
    files |= {"x.toml": 'base = "0.toml"\n' + GOOD, "16.toml": "", "17.toml": ""}
    assert bases.MOST_BASES == 16
    chain = " -> ".join(["x.toml", *(f"{n}.toml" for n in range(16 + 1))])
    assert messages(files) == [f"15.toml:1: base: bases are stacked too deep: {chain} (at most 16 deep) [base-limit]"]
    assert messages(files | {"15.toml": ""}) == []
