"""Where a difference comes from: the parts of each kind sum up to it, and the cause that was changed is found."""

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sim.cli import main
from sim.language import CHINESE, speaking
from sim.model.scenario import load_scenario
from sim.report.explaining import STEPS, causes_csv, sentences
from sim.report.page import views
from sim.report.page.causes import causes_of, signed
from sim.report.page.comparing import comparison_page
from sim.report.page.writing import html
from sim.study import explain as module
from sim.study.compare import Comparison, Contender, compare
from sim.study.explain import CAUSE, FAIR, GROUP, HOUR, WAY, explain
from sim.study.keys import MeasureKey
from sim.study.replicate import Sample, replicate
from tests.golden.pages import MANIFEST

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
    assert [one.name for one in found.of(CAUSE)] == [name for _, name in WAY] == list(STEPS)


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


# In files and on the page ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def compared(base: Sample) -> tuple[Comparison, list[Contender]]:
    """The day against itself with one recruiter at each booth, and against itself as it is."""
    one = load_scenario(DAY, ["booth.recruiters=1"])
    contenders = [
        Contender("as it was", load_scenario(DAY), base),
        Contender("one recruiter", one, replicate(one, 6, 3)),
        Contender("the same", load_scenario(DAY), base),
    ]
    return compare(contenders, 3), contenders


def test_the_file_of_causes_has_every_part_and_sums_up(compared: tuple[Comparison, list[Contender]]) -> None:
    comparison, _ = compared
    rows = list(csv.DictReader(io.StringIO(causes_csv(comparison))))
    header = "base scenario kind name measure base_mean mean difference low high"
    assert list(rows[0]) == header.split()
    assert {row["scenario"] for row in rows} == {"one recruiter", "the same"}
    assert {row["kind"] for row in rows} == {CAUSE, FAIR, GROUP, HOUR}
    assert all(row["base"] == "as it was" for row in rows)
    assert {row["measure"] for row in rows if row["kind"] == HOUR} == {"interviews"}
    changed = comparison.alternatives[0].explanation
    assert changed is not None
    for kind in (CAUSE, FAIR, GROUP):
        parts = [row for row in rows if row["kind"] == kind and row["scenario"] == "one recruiter"]
        assert sum(float(row["difference"]) for row in parts) == pytest.approx(changed.difference), kind
        assert all(float(row["low"]) <= float(row["difference"]) <= float(row["high"]) for row in parts)
        assert {row["measure"] for row in parts} == {"intents"}


def test_the_page_has_a_section_on_causes_for_plans_that_differ(compared: tuple[Comparison, list[Contender]]) -> None:
    comparison, contenders = compared
    page = comparison_page(comparison, contenders, MANIFEST)
    (causes,) = views.of(page).causes
    assert causes.label == "one recruiter" and causes.is_whole
    assert sum(one.difference for one in causes.steps) == pytest.approx(causes.difference)
    text = html(page)
    section = text[text.index('<section id="causes">') : text.index('<section id="pareto">')]
    assert "<h2>Where the difference comes from</h2>" in section and 'href="#causes"' in text
    assert section.count("<h3>") == 1
    for name in STEPS:
        assert f'<code class="key">{name}</code>' in section
    assert signed(causes.difference) in section
    assert section.count('<td class="n">0</td>') == 3  # nothing changes before the booths
    assert 'data-chart="causes0"' in section
    explanation = comparison.alternatives[0].explanation
    assert explanation is not None
    with speaking(CHINESE):
        spoken = html(page)
        assert "差别从何而来" in spoken and "有多少人来" in spoken
        assert sentences(explanation)[0].startswith("意向数之差")


def test_groups_that_are_not_to_be_shown_are_among_the_others(compared: tuple[Comparison, list[Contender]]) -> None:
    other = compared[0].alternatives[0]
    assert other.explanation is not None
    groups = {one.name: one.difference for one in other.explanation.of(GROUP)}
    few = min(groups)
    for shown in (groups.keys(), groups.keys() - {few}):
        causes = causes_of(other, {(GROUP, name) for name in shown})
        assert causes is not None
        (found,) = [kind for kind in causes.kinds if kind.name == "groups"]
        assert {one.name for one in found.parts} == set(shown)
        assert found.rest == pytest.approx(sum(groups[name] for name in groups.keys() - shown))


def test_a_page_of_equal_plans_has_no_section_on_causes(compared: tuple[Comparison, list[Contender]]) -> None:
    _, (first, _, same) = compared
    page = comparison_page(compare([first, same], 3), [first, same], MANIFEST)
    assert views.of(page).causes == () and 'id="causes"' not in html(page)


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
    assert (tmp_path / "a" / "causes.csv").read_text(encoding="utf-8").startswith("base,scenario,kind,name,measure,")
