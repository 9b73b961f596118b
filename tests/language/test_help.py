"""Help, usage and errors of the command line in Chinese: complete, and no wider than the terminal."""

import re

import pytest

from sim.cli import cli, main
from sim.model.lines import columns, lines_of

VERBS = ["", *cli.commands]
# What stays: options with what they take, names in capitals, keywords, files, other programs' names.
KEPT = re.compile(
    r"(?<![\w-])--?[a-z][a-z-]*|\[[^\]]*\]|`[^`]*`|'[^']*'|[\w./]*[./=<>][\w./<>%=,-]*"
    r"|(?m:^  \w+)|\b(?:jobfair|OTHER|N|J|S|P|DIR|Dask|Morris|Sobol|kernel|reference|report|case|intents|Markdown)\b"
    r"|[A-Z_.:]{2,}"
)
WORDS = "id firms posts seekers signed hours kind country wording fair venues season tcp"
MORE_WORDS = "key values strategies words reported"
NAMES = {*VERBS, *WORDS.split(), *MORE_WORDS.split()}
ENGLISH = re.compile(r"[A-Za-z]{3,}")


def english_in(text: str) -> list[str]:
    """Words that a translation forgot."""
    return [word for word in ENGLISH.findall(KEPT.sub(" ", text)) if word not in NAMES]


@pytest.fixture(autouse=True)
def surroundings(monkeypatch):
    for name in ("JOBFAIR_LANG", "LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "80")


@pytest.mark.parametrize("verb", VERBS)
def test_no_english_is_left_in_help(verb, capsys):
    words = [verb] if verb else []
    assert main([*words, "--lang", "zh", "--help"]) == 0
    text = capsys.readouterr().out
    assert english_in(text) == []
    assert max(map(columns, text.splitlines())) <= 80
    assert main([*words, "--help"]) == 0
    english = capsys.readouterr().out
    assert english.isascii()
    assert english_in(english) != []  # the twin: English is seen where there is some


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["run"], "jobfair run：SCENARIO："),
        (["run", "a", "-n", "x"], "jobfair run：--replications：'x' 不是有效的数值；"),
        (["run", "a", "-n", "0"], "jobfair run：--replications：0 不在 1<=x<=1000000 的范围内；"),
        (["run", "a", "--engine", "x"], "jobfair run：--engine：'x' 不是以下之一：'kernel', 'reference'；"),
        (["run", "a", "b"], "jobfair run：多余的参数（b）；"),
        (["run", "a", "--json=3"], "选项 '--json' 不带值；"),
        (["run", "a", "--seed"], "选项 '--seed' 需要 1 个值；"),
    ],
)
def test_what_click_says_is_chinese(words, expected, capsys):
    assert main(["--lang", "zh", *words]) == 2
    assert expected in capsys.readouterr().err


def test_the_language_comes_from_the_command_line_else_from_the_environment(monkeypatch, capsys):
    def first_line(*words: str) -> str:
        assert main([*words, "--help"]) == 0
        return capsys.readouterr().out.splitlines()[0]

    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    assert first_line("run").startswith("用法：")
    assert first_line("run", "--lang", "en").startswith("Usage:")
    monkeypatch.setenv("JOBFAIR_LANG", "en")
    assert first_line("run").startswith("Usage:")
    assert first_line("run", "--lang=zh").startswith("用法：")
    monkeypatch.setenv("LC_ALL", "C")
    assert first_line("--lang", "zh", "schema").startswith("用法：")


def test_lines_are_broken_by_columns():
    assert lines_of("结果文件夹；省略时为 results/abc。", 12) == ["结果文件夹；", "省略时为", "results/abc。"]
    assert lines_of("均值的 95 % 区间", 12) == ["均值的 95 %", "区间"]
    assert lines_of("", 12) == [""]
