"""Scenarios laid on bases: what wins, what merges, and what may be read at all."""

import hashlib
from pathlib import Path

import pytest
from model_helpers import GOOD, load, messages, write

from sim.model.files import scenarios_root
from sim.model.scenario import load_scenario

OUT = "copy the file into the folder of the scenario [outside-folder]"


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")


def test_later_bases_win_and_the_file_itself_wins_over_all() -> None:
    scenario = load(
        {
            "x.toml": 'base = ["one.toml", "two.toml"]\nrun.seed = 3\n' + GOOD,
            "one.toml": "run.seed = 1\nrun.replications = 1\ngate.lanes = 1\ntime_step_minutes = 1\n",
            "two.toml": 'base = "deep.toml"\nrun.seed = 2\nrun.replications = 2\n',
            "deep.toml": "gate.lanes = 9\nrun.replications = 9\n",
        }
    )
    assert scenario.settings.integer("run.seed") == 3
    assert scenario.settings.integer("run.replications") == 2
    assert scenario.fairs[0].settings.integer("gate.lanes") == 9
    assert scenario.fairs[0].settings.number("time_step_minutes") == 1


def test_sections_merge_key_by_key() -> None:
    scenario = load(
        {"x.toml": 'base = "b.toml"\ngate.lanes = 2\n' + GOOD, "b.toml": "[gate]\nlanes = 9\nminutes = 7\n"}
    )
    assert scenario.defaults.integer("gate.lanes") == 2
    assert scenario.defaults.duration("gate.minutes").a == 7


def test_entries_with_the_same_id_merge_and_new_ones_are_appended() -> None:
    base = 'groups = [{ id = "g", share = 2, priority = 5 }, { id = "h" }]\n' + GOOD + "gate.lanes = 3\n"
    scenario = load(
        {
            "x.toml": 'base = "b.toml"\n[[groups]]\nid = "new"\n[[groups]]\nid = "g"\nshare = 7\n'
            '[[fairs]]\nid = "a"\nseekers = 9\n[[fairs]]\nid = "b"\nfirms = 1\nposts = 1\nseekers = 1\n',
            "b.toml": "gate.lanes = 6\n" + base,
        }
    )
    assert [group.id for group in scenario.groups] == ["g", "h", "new"]
    assert scenario.groups[0].settings.number("share") == 7
    assert scenario.groups[0].settings.integer("priority") == 5
    assert [fair.id for fair in scenario.fairs] == ["a", "b"]
    assert scenario.fairs[0].settings.integer("seekers") == 9
    assert scenario.fairs[0].settings.integer("firms") == 3
    assert [fair.settings.integer("gate.lanes") for fair in scenario.fairs] == [3, 6]


def test_lists_without_ids_are_replaced() -> None:
    rows = "[[firms]]\nposts = {}\n"
    text = '[[fairs]]\nid = "a"\nseekers = 1\n'
    scenario = load({"x.toml": 'base = "b.toml"\n' + text + rows.format(5), "b.toml": rows.format(1) + rows.format(2)})
    assert [firm["posts"] for firm in scenario.firms] == [5]


def test_a_base_named_twice_is_read_once() -> None:
    files: dict[str, str | bytes] = {
        "x.toml": 'base = ["0.toml", "0.toml"]\n' + GOOD,
        "15.toml": "gate.lanes = 2",
    }
    files |= {f"{n}.toml": f'base = ["{n + 1}.toml", "{n + 1}.toml"]\n' for n in range(15)}
    scenario = load(files)
    assert scenario.defaults.integer("gate.lanes") == 2
    assert len(scenario.inputs) == 17


def test_inputs_name_every_file_with_its_hash() -> None:
    files: dict[str, str | bytes] = {
        "s/x.toml": 'base = "b.toml"\ntables.seekers = "t/p.csv"\n' + GOOD.replace("seekers = 40\n", ""),
        "s/b.toml": "# base\n",
        "s/t/p.csv": "id\n1\n",
    }
    scenario = load(files, name="s/x.toml")
    digests = {name: hashlib.sha256(str(text).encode()).hexdigest() for name, text in files.items()}
    assert scenario.inputs == tuple((name, digests[name]) for name in ("s/x.toml", "s/b.toml", "s/t/p.csv"))
    assert scenario.file == "s/x.toml"
    assert scenario.name == "x"


def test_a_base_may_lie_anywhere_in_the_scenarios_folder() -> None:
    files: dict[str, str | bytes] = {
        "scenarios/sub/deeper/x.toml": 'base = "../../b.toml"\n' + GOOD,
        "scenarios/b.toml": "gate.lanes = 2\n",
    }
    scenario = load(files, name="scenarios/sub/deeper/x.toml")
    assert scenario.defaults.integer("gate.lanes") == 2
    assert [name for name, _ in scenario.inputs] == ["scenarios/sub/deeper/x.toml", "scenarios/b.toml"]


def test_the_root_is_the_folder_named_scenarios_or_the_files_own(tmp_path: Path) -> None:
    assert scenarios_root(tmp_path / "scenarios" / "a" / "x.toml") == tmp_path / "scenarios"
    assert scenarios_root(tmp_path / "scenarios" / "x.toml") == tmp_path / "scenarios"
    assert scenarios_root(tmp_path / "other" / "x.toml") == tmp_path / "other"


def test_a_base_outside_the_scenarios_folder_is_refused() -> None:
    files: dict[str, str | bytes] = {"scenarios/sub/x.toml": 'base = "../../b.toml"\n' + GOOD, "b.toml": ""}
    assert messages(files, name="scenarios/sub/x.toml") == [
        f'scenarios/sub/x.toml:1: base: "../../b.toml" leads out of the folder (inside "scenarios"); {OUT}'
    ]


def test_a_base_of_a_base_may_not_leave_either() -> None:
    files: dict[str, str | bytes] = {
        "s/x.toml": 'base = "sub/b.toml"\n' + GOOD,
        "s/sub/b.toml": 'base = "../../c.toml"\n',
        "c.toml": "",
    }
    assert messages(files, name="s/x.toml") == [
        f's/sub/b.toml:1: base: "../../c.toml" leads out of the folder (inside "s"); {OUT}'
    ]


@pytest.mark.parametrize("name", ["link.toml", "linked/b.toml"])
def test_links_that_lead_out_are_refused(name: str) -> None:
    write(Path(), {"s/x.toml": f'base = "{name}"\n' + GOOD, "out/b.toml": "gate.lanes = 2\n"})
    Path("s/link.toml").symlink_to(Path("out/b.toml").resolve())
    Path("s/linked").symlink_to(Path("out").resolve())
    assert messages({}, name="s/x.toml") == [f's/x.toml:1: base: "{name}" leads out of the folder (inside "s"); {OUT}']


def test_links_that_stay_inside_and_a_link_to_the_scenario_itself_are_followed() -> None:
    write(Path(), {"s/x.toml": 'base = "link.toml"\n' + GOOD, "s/b.toml": "gate.lanes = 2\n"})
    Path("s/link.toml").symlink_to("b.toml")
    assert load_scenario("s/x.toml").defaults.integer("gate.lanes") == 2
    write(Path(), {"t/real.toml": GOOD})
    Path("u").mkdir()
    Path("u/x.toml").symlink_to("../t/real.toml")
    assert load_scenario("u/x.toml").name == "x"


@pytest.mark.parametrize("name", ["/etc/hostname", "C:/b.toml", "~/b.toml"])
def test_absolute_paths_are_refused(name: str) -> None:
    for text in (f'base = "{name}"\n', f'tables.firms = "{name}"\n'):
        (found,) = messages({"x.toml": text + GOOD.replace("firms = 3\n", "")})
        assert f'"{name}" is an absolute path (a relative path); copy the file beside the scenario' in found
        assert found.endswith("[outside-folder]")


@pytest.mark.parametrize("name", ["", " ", "a\\\\b.toml", "a\\u0000b"])
def test_what_is_no_path_is_refused(name: str) -> None:
    (found,) = messages({"x.toml": f'base = "{name}"\n' + GOOD})
    assert found.endswith("is no path (a relative path with / between folders) [bad-path]")


def test_a_circle_through_a_link_is_found() -> None:
    Path("link.toml").symlink_to("x.toml")
    assert messages({"x.toml": 'base = "link.toml"\n' + GOOD}) == [
        "x.toml:1: base: the bases go round in a circle: x.toml -> link.toml; take one link out [base-cycle]"
    ]


def test_a_table_is_looked_for_beside_the_file_that_names_it() -> None:
    files: dict[str, str | bytes] = {
        "scenarios/sub/x.toml": 'base = "../b.toml"\n[[fairs]]\nid = "a"\nposts = 9\nseekers = 1\n',
        "scenarios/b.toml": 'tables.firms = "f.csv"\n',
        "scenarios/f.csv": "id\nmotor\n",
    }
    scenario = load(files, name="scenarios/sub/x.toml")
    assert [firm["id"] for firm in scenario.firms] == ["motor"]
    assert scenario.settings.text("tables.firms") == "../f.csv"
    write(Path(), {"scenarios/sub/g.csv": "id\nbakery\n"})
    overridden = load_scenario("scenarios/sub/x.toml", ["tables.firms=g.csv"])
    assert [firm["id"] for firm in overridden.firms] == ["bakery"]


def test_a_byte_order_mark_and_windows_line_ends_are_taken() -> None:
    text = "\ufeff" + GOOD.replace("\n", "\r\n") + "gate.lanes = 2\r\n"
    assert load({"x.toml": text}).fairs[0].settings.integer("gate.lanes") == 2
    assert messages({"x.toml": text + "gate.minutes = -1\r\n"}) == [
        "x.toml:7: fairs[1].gate.minutes: -1 is out of range (minutes, 0 to 1000000000) [out-of-range]"
    ]


def test_a_device_is_no_file() -> None:
    import os

    os.mkfifo("pipe")
    assert messages({"x.toml": 'base = "pipe"\n' + GOOD}) == [
        'x.toml:1: base: "pipe" is a device (a file) [not-a-file]'
    ]
