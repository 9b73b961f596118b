"""What run and compare print in Chinese: tables and sentences without English, data as in every language."""

import json
import re
from pathlib import Path

import pytest

from sim.cli import main

SCENARIO = 'schema_version = 1\n[[fairs]]\nid = "a"\nfirms = 4\nposts = 20\nseekers = 60\n'
# Names of methods, and of the plans below.
KEPT = re.compile(r"Student t|Bonferroni|gate\.lanes|-n 30|-v|few|more|results\S*|kernel")
ENGLISH = re.compile(r"[A-Za-z]{2,}")


@pytest.fixture
def plans(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("more.toml").write_text(SCENARIO, "utf-8")
    Path("few.toml").write_text(SCENARIO.replace("schema", "gate.lanes = 1\nschema"), "utf-8")


def english_in(text: str) -> list[str]:
    return ENGLISH.findall(KEPT.sub("", text))


def test_no_english_is_left_in_the_tables_of_a_run(plans, capsys):
    words = ["run", "more.toml", "-n", "3", "-v", "--no-report", "--no-progress"]
    assert main([*words, "--lang", "zh"]) == 0
    out = capsys.readouterr().out
    assert "人达成意向（95 % 区间" in out
    assert english_in(out) == []
    assert main([*words, "--overwrite"]) == 0
    assert "people reach an intent" in capsys.readouterr().out


def test_no_english_is_left_in_a_comparison(plans, capsys):
    words = ["compare", "more.toml", "few.toml", "-n", "3", "-v", "--no-report", "--no-progress", "-q"]
    assert main([*words, "--lang", "zh"]) == 0
    out = capsys.readouterr().out
    assert "“few”与“more”相比" in out
    assert "意向人数之差从何而来：" in out
    told, _, _ = out.partition("异常提示")  # alarms name measures by their keys
    assert english_in(told) == []


def test_data_of_a_run_is_the_same_in_every_language(plans, capsys):
    documents, tables = [], []
    for name in ("zh", "en"):
        words = ["run", "more.toml", "-n", "3", "--no-report", "-q", "--json", "--out", name, "--lang", name]
        assert main(words) == 0
        documents.append({**json.loads(capsys.readouterr().out), "out": ""})
        tables.append(Path(name, "summary.csv").read_bytes())
    assert documents[0] == documents[1]
    assert tables[0] == tables[1]
