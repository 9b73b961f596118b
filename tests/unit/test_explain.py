"""Where a difference comes from: the parts of each kind sum up to it, and the cause that was changed is found."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sim.cli import main
from sim.model.scenario import load_scenario
from sim.study import explain as module
from sim.study.explain import CAUSE, FAIR, GROUP, HOUR, WAY, explain, sentences
from sim.study.keys import MeasureKey
from sim.study.replicate import Sample, replicate

ROOT = Path(__file__).parents[2]
DAY = ROOT / "scenarios" / "wuhan-2020-04-21.toml"


@pytest.fixture(scope="module")
def base() -> Sample:
    return replicate(load_scenario(DAY), 6, 3)


def test_causes_and_fairs_sum_up_in_every_replication(base: Sample) -> None:
    other = replicate(load_scenario(DAY, ["booth.recruiters=1"]), 6, 3)
    whole = next(place for place, key in enumerate(base.keys) if key == MeasureKey("intents", "seekers"))
    change = (other.values - base.values)[:, whole].mean()
    found = explain(base, other)
    assert found is not None
    assert found.difference == pytest.approx(change)
    for kind in (CAUSE, FAIR, GROUP):
        assert sum(one.difference for one in found.of(kind)) == pytest.approx(change), kind
    assert [one.name for one in found.of(CAUSE)] == [name for _, name, _ in WAY]


def test_twin_a_split_at_the_old_rates_leaves_a_rest(base: Sample, monkeypatch: pytest.MonkeyPatch) -> None:
    other = replicate(load_scenario(DAY, ["booth.recruiters=1"]), 6, 3)
    monkeypatch.setattr(module, "_logarithmic_mean", lambda one, other: other)
    found = explain(base, other)
    assert found is not None
    assert sum(one.difference for one in found.of(CAUSE)) != pytest.approx(found.difference)


def test_the_cause_that_was_changed_is_found(base: Sample) -> None:
    fewer = explain(base, replicate(load_scenario(DAY, ["behaviour.talk_share=0.5"]), 6, 3))
    assert fewer is not None and fewer.largest(CAUSE, 1)[0].name == "purpose"
    slower = explain(base, replicate(load_scenario(DAY, ["booth.recruiters=0.3"]), 6, 3))
    assert slower is not None and {one.name for one in slower.largest(CAUSE, 2)} == {"waits", "choice"}
    assert sentences(slower)[0].startswith(f"of {slower.difference:+,.1f} intents: ")


def test_a_fair_that_only_one_plan_has_counts_whole(base: Sample) -> None:
    kept = [place for place, key in enumerate(base.keys) if key.fair != "dongxihu"]
    without = replace(base, keys=tuple(base.keys[place] for place in kept), values=base.values[:, kept])
    found = explain(without, base)
    place = base.keys.index(MeasureKey("intents", "seekers", fair="dongxihu"))
    assert found is not None
    assert {one.name: one.difference for one in found.of(FAIR)}["dongxihu"] == pytest.approx(
        base.values[:, place].mean()
    )


def test_equal_plans_have_nothing_to_explain(base: Sample) -> None:
    found = explain(base, base)
    assert found is not None and found.difference == 0.0
    assert all(one.difference == 0.0 for one in found.parts if not np.isnan(one.difference))
    assert sentences(found) == ()
    assert all(":" in one.name for one in found.of(HOUR))


def test_a_comparison_says_where_its_difference_comes_from(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "scenarios"
    folder.mkdir()
    for name in ("base.toml", DAY.name):
        (folder / name).write_bytes((DAY.parent / name).read_bytes())
    (folder / "fitted").mkdir()
    for path in (DAY.parent / "fitted").iterdir():
        (folder / "fitted" / path.name).write_bytes(path.read_bytes())
    other = folder / "other.toml"
    other.write_text(f'schema_version = 1\nbase = "{DAY.name}"\nname = "one recruiter"\n[booth]\nrecruiters = 1\n')
    command = ["compare", str(folder / DAY.name), str(other), "-n", "3", "--no-report", "-q", "--out"]
    assert main([*command, str(tmp_path / "a"), "--json"]) == 0
    explanation = json.loads(capsys.readouterr().out)["others"][0]["explanation"]
    assert explanation["measure"] == "intents" and explanation["words"]
    assert main([*command, str(tmp_path / "b")]) == 0
    shown = capsys.readouterr().out
    assert "Where the difference in intents comes from" in shown
    assert explanation["words"][0] in shown
