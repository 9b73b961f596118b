"""The story of a seeker or booth says what the ledger says, no more and no less."""

import json
import math
from pathlib import Path

import numpy as np
import pytest

from sim.cli import main
from sim.engine import ledger as book
from sim.model.scenario import load_scenario
from sim.study.story import Stories

ROOT = Path(__file__).parents[2]
SEASON = ROOT / "scenarios" / "problems" / "small-season.toml"
DAY = ROOT / "scenarios" / "wuhan-2020-04-21.toml"


@pytest.fixture(scope="module")
def season() -> Stories:
    return Stories(load_scenario(SEASON), 5, 0)


@pytest.fixture(scope="module")
def day() -> Stories:
    return Stories(load_scenario(DAY), 5, 1)


@pytest.mark.parametrize("which", ["season", "day"])
def test_the_story_of_every_visitor_has_the_times_of_the_ledger(which: str, request: pytest.FixtureRequest) -> None:
    stories: Stories = request.getfixturevalue(which)
    played = stories.fairs()[0]
    fair = stories.scenario.fairs[played.number].id
    rows = book.events(played.ledger)
    for row in range(0, played.day.seekers.size, 1 + played.day.seekers.size // 60):
        name = stories.seeker_name(played, row)
        told = sorted(one.minutes for one in stories.seeker(name, fair) if not math.isnan(one.minutes))
        assert told == sorted(rows["time"][rows["seeker"] == row].tolist())


def test_an_intent_is_told_with_what_became_of_it(season: Stories) -> None:
    played = season.fairs()[0]
    after = played.aftermath
    for place, row in enumerate(after.seekers):
        texts = [one.text for one in season.seeker(season.seeker_name(played, int(row)))]
        assert sum("both want, an intent" in text for text in texts) == 1
        signs = not math.isnan(after.days_to_signing[place])
        assert any("signs a contract" in text for text in texts) == signs
        assert any("comes to nothing" in text for text in texts) == (not signs)
        assert any("starts work" in text for text in texts) == (not math.isnan(after.days_to_start[place]))


def test_who_came_to_no_fair_has_a_story_too(season: Stories) -> None:
    came = {int(row) for played in season.history for row in played.setting.rows}  # type: ignore[union-attr]
    stranger = next(number for number in range(1, 100) if number - 1 not in came)
    texts = [one.text for one in season.seeker(str(stranger))]
    assert "comes to no fair" in texts
    assert texts[0].startswith(f"seeker {stranger}: group ")


def test_the_story_of_a_booth_has_its_stays(day: Stories) -> None:
    played = day.fairs()[0]
    fair = day.scenario.fairs[played.number].id
    stays = played.ledger.stays
    for row in range(3):
        told = day.booth(day.booth_name(played, row), fair)
        own = stays[stays["booth"] == row]
        assert sum("reaches the booth" in one.text for one in told) == own.size
        assert sum("interview begins" in one.text for one in told) == np.count_nonzero(~np.isnan(own["started"]))
        assert sum("both want" in one.text for one in told) == np.count_nonzero(own["outcome"] == book.AGREED)
        assert [one.minutes for one in told[1:]] == sorted(one.minutes for one in told[1:])


def test_the_story_of_a_fair_adds_up(day: Stories) -> None:
    played = day.fairs()[0]
    told = day.fair(day.scenario.fairs[played.number].id)
    hours = [one.text.split() for one in told if one.text.startswith("in this hour")]
    visits = played.ledger.visits
    assert sum(int(words[3]) for words in hours) == np.count_nonzero(~np.isnan(visits["arrived"]))
    assert sum(int(words[8]) for words in hours) == np.count_nonzero(visits["intent_booth"] >= 0)


def test_the_command_tells_what_the_run_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = str(tmp_path / "run")
    assert main(["run", str(SEASON), "-n", "2", "--out", out, "--no-report", "--json", "-q"]) == 0
    capsys.readouterr()
    assert main(["story", out, "--fair", "usual", "--replication", "1", "--json"]) == 0
    story = json.loads(capsys.readouterr().out)["story"]
    (intents,) = [one["text"] for one in story if "reach an intent" in one["text"]]
    first = intents.partition("seekers ")[2].split(",")[0]
    assert main(["story", out, "--seeker", first, "--replication", "1"]) == 0
    text = capsys.readouterr().out
    assert "2020-05-08 usual\n" in text and "both want, an intent" in text
    for options, message in (
        (["--seeker", "999999"], "--seeker: 999999: there is no such seeker in the pool (1 to "),
        (["--booth", "x"], " [not-in-story]"),
        (["--booth", "x"], "--booth: x: there is no such booth at these fairs"),
        (["--fair", "usaul"], '--fair: usaul: there is no such fair (usual); did you mean "usual"? [unknown-fair]'),
        ([], "jobfair story: one of --seeker, --booth and --fair says whose story it is"),
    ):
        assert main(["story", out, *options]) == 2
        assert message in capsys.readouterr().err
