"""Help in the language that is spoken: click's pages, with our texts translated and lines broken by width.

The texts of help are written once, in English, beside the options; here they are translated when they are shown. A
Chinese character is two columns wide and may end a line anywhere. Knows no verb.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import click

from sim.language import ENGLISH, _, language
from sim.model.lines import columns, lines_of

SHOW_HELP = "Show this message and exit."


class Formatter(click.HelpFormatter):
    """Pages of help; in English exactly click's."""

    def write_text(self, text: str) -> None:
        """Paragraphs."""
        if language() == ENGLISH:
            super().write_text(text)
            return
        indent = " " * self.current_indent
        for number, paragraph in enumerate(text.split("\n\n")):
            self.write("\n" if number else "")
            for line in lines_of(paragraph, self.width - self.current_indent):
                self.write(f"{indent}{line}\n")

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        """Names to the left, what they mean to the right."""
        rows = list(rows)
        if language() == ENGLISH:
            super().write_dl(rows, col_max, col_spacing)
            return
        first = min(max(columns(name) for name, _text in rows), col_max) + col_spacing
        indent = " " * self.current_indent
        for name, text in rows:
            head = f"{name}{' ' * (first - columns(name))}"
            if columns(name) > first - col_spacing:
                self.write(f"{indent}{name}\n")
                head = " " * first
            for line in lines_of(text, max(10, self.width - first - 2)):
                self.write(f"{indent}{head}{line}\n")
                head = " " * first


class Context(click.Context):
    """The surroundings of a command, with pages of our kind."""

    formatter_class = Formatter


class Command(click.Command):
    """A command whose help is translated when it is shown."""

    context_class = Context

    def get_help(self, ctx: click.Context) -> str:
        """The page of help."""
        option = self.get_help_option(ctx)
        if option is not None:
            option.help = SHOW_HELP  # click keeps it in the language of the first time
        with _translated([self, *self.get_params(ctx)]):
            return super().get_help(ctx)


class Group(Command, click.Group):
    """A group of commands whose help is translated when it is shown."""

    def get_help(self, ctx: click.Context) -> str:
        """The page of help, with the commands of the group."""
        with _translated(list(self.commands.values())):
            return super().get_help(ctx)


@contextmanager
def _translated(things: Iterable[click.Command | click.Parameter]) -> Iterator[None]:
    """Commands and options with their help in the language that is spoken, for a while."""
    has_help = (click.Command, click.Option)
    before = [] if language() == ENGLISH else [(one, one.help) for one in things if isinstance(one, has_help)]
    for one, text in before:
        one.help = None if text is None else "\n\n".join(map(_, paragraphs(text)))
    try:
        yield
    finally:
        for one, text in before:
            one.help = text


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a help text, each on one line."""
    return [" ".join(part.split()) for part in inspect.cleandoc(text).split("\n\n")]
