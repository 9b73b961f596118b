"""Real files made wrong: what a slip of the hand, a foreign program or somebody with bad intent may do to them.

`mutated` gives the bytes of a file after one to four changes: bytes flipped, lines moved, values replaced by numbers,
texts, dates and nests that no program likes, pieces of other files, other encodings. The same generator gives the same
bytes. It knows how text files look, not what they mean.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence

NUMBERS = (
    "0", "-1", "1", "-0.0", "1e308", "1e999", "-1e308", "1e-320", "5e-324", "nan", "inf", "-inf", "true",
    "9223372036854775807", "9223372036854775808", "18446744073709551616", "1" + "0" * 400, "9" * 5000, "0x" + "f" * 300,
    "0.1", "24", "0.9999999999999999", "1_000", "2020-02-30", "2020-04-21", "9999-12-31", "0001-01-01", "09:00:00",
    "25:61:00", "1979-05-27T07:32:00Z", "[]", "{}", "[[[]]]", "[1, 'a']", "{ value = 1 }", "{ source = 1 }",
)  # fmt: skip
TEXTS = (
    "", " ", "\t", "..", "../../etc/passwd", "/etc/passwd", "C:\\Windows", "\\\\server\\share", "~", "~root", ".", "/",
    "=1+1", "@SUM(A1)", "-1",
    "<script>alert(1)</script>", "'; DROP TABLE fairs; --", "${HOME}", "$(id)", "`id`", "%s%n",
    "\u202eevil", "\ufeff", "\u0000", "\x7f", "\u2028", "招聘会", "ｆａｉｒ", "e\u0301", "\U0001f600" * 50, "x" * 3000,
    "lognormal(mean=5, cv=0.8)", "lognormal(mean=1e308, cv=1e308)", "exponential(mean=0)", "erlang(mean=1, stages=1e9)",
    "uniform(low=5, high=1)", "constant(value=nan)", "exponential(" * 200, "__import__('os').system('id')", "24:00",
    "25:00", "9:0", "00:00", "١٢:٠٠", "base.toml", "x.toml", "a/b/c", "a" * 300 + "/b", "CON", "a\nb", "all", "any",
)  # fmt: skip
_NUMBER = re.compile(rb"(?<![\w.])[-+]?\d[\d_.eE+:-]*(?![\w])")
_TEXT = re.compile(rb'"[^"\n]*"')
_NAME = re.compile(rb"(?m)^[ \t]*([A-Za-z_][\w.-]*)[ \t]*(?==)")
_CELL = re.compile(rb"(?<=[,\n])[^,\n]*(?=[,\n])")

Mutation = Callable[[bytes, random.Random, Sequence[bytes]], bytes]


def mutated(content: bytes, rng: random.Random, others: Sequence[bytes]) -> bytes:
    """The content after one to four changes; `others` are files from which pieces are taken."""
    for _ in range(rng.choice((1, 1, 1, 2, 3, 4))):
        content = rng.choice(MUTATIONS)(content, rng, others)
    return content


def damaged_bytes(content: bytes, rng: random.Random) -> bytes:
    """The content after a change that a disk may do, whatever is in it."""
    return rng.choice((_flip, _noise, _cut, _repeat))(content, rng, ())


def _span(content: bytes, rng: random.Random, longest: int = 200) -> tuple[int, int]:
    begin = rng.randrange(len(content) + 1)
    return begin, min(len(content), begin + rng.randrange(longest))


def _flip(content: bytes, rng: random.Random, _: Sequence[bytes]) -> bytes:
    changed = bytearray(content)
    for _ in range(min(len(changed), rng.choice((1, 2, 8)))):
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def _noise(content: bytes, rng: random.Random, _: Sequence[bytes]) -> bytes:
    place = rng.randrange(len(content) + 1)
    return content[:place] + rng.randbytes(rng.choice((1, 3, 40))) + content[place:]


def _cut(content: bytes, rng: random.Random, _: Sequence[bytes]) -> bytes:
    begin, end = _span(content, rng)
    return content[:begin] + content[end:] if rng.random() < 0.7 else content[:begin]


def _repeat(content: bytes, rng: random.Random, _: Sequence[bytes]) -> bytes:
    begin, end = _span(content, rng)
    return content[:end] + content[begin:end] * rng.choice((1, 2, 50, 2000)) + content[end:]


def _lines(content: bytes, rng: random.Random, _: Sequence[bytes]) -> bytes:
    lines = content.splitlines(keepends=True)
    if len(lines) < 2:
        return content
    one, other = rng.randrange(len(lines)), rng.randrange(len(lines))
    if rng.random() < 0.5:
        lines[one], lines[other] = lines[other], lines[one]
    else:
        lines.insert(other, lines[one] * rng.choice((1, 1, 300)))
    return b"".join(lines)


def _replace(pattern: re.Pattern[bytes], content: bytes, rng: random.Random, new: bytes) -> bytes:
    """One match of a pattern, by chance, replaced."""
    spans = [match.span() for match in pattern.finditer(content)]
    if not spans:
        return content
    begin, end = rng.choice(spans)
    return content[:begin] + new + content[end:]


def _number(content: bytes, rng: random.Random, _: Sequence[bytes]) -> bytes:
    usual = rng.choice(NUMBERS)
    other = str(rng.choice((1, -1)) * rng.getrandbits(rng.randrange(1, 64)))
    return _replace(_NUMBER, content, rng, (usual if rng.random() < 0.8 else other).encode())


def _text(content: bytes, rng: random.Random, _: Sequence[bytes]) -> bytes:
    text = rng.choice(TEXTS).encode()
    return _replace(rng.choice((_TEXT, _NUMBER)), content, rng, b'"' + text + b'"' if rng.random() < 0.9 else text)


def _cell(content: bytes, rng: random.Random, _: Sequence[bytes]) -> bytes:
    return _replace(_CELL, content, rng, rng.choice((*NUMBERS, *TEXTS)).encode())


def _name(content: bytes, rng: random.Random, others: Sequence[bytes]) -> bytes:
    names = _NAME.findall(rng.choice(others)) or [b"x"]
    return _replace(_NAME, content, rng, rng.choice(names))


def _nest(content: bytes, rng: random.Random, _: Sequence[bytes]) -> bytes:
    depth = rng.choice((2, 50, 900, 20_000))
    nest = rng.choice((b"[" * depth + b"]" * depth, b"{a=" * depth + b"1" + b"}" * depth, b"a." * depth + b"b = 1"))
    return _replace(rng.choice((_NUMBER, _TEXT)), content, rng, nest)


def _splice(content: bytes, rng: random.Random, others: Sequence[bytes]) -> bytes:
    other = rng.choice(others)
    begin, end = _span(other, rng, 2000)
    place = rng.randrange(len(content) + 1)
    return content[:place] + other[begin:end] + content[place:]


def _swap_values(content: bytes, rng: random.Random, others: Sequence[bytes]) -> bytes:
    pattern = rng.choice((_NUMBER, _TEXT))
    return _replace(pattern, content, rng, rng.choice(pattern.findall(rng.choice(others)) or [b"1"]))


def _encode(content: bytes, rng: random.Random, _: Sequence[bytes]) -> bytes:
    text = content.decode("utf-8", errors="replace")
    return rng.choice(
        (
            content.replace(b"\n", b"\r\n"), content.replace(b"\n", b"\r"), b"\xef\xbb\xbf" + content,
            text.encode("utf-16"), text.encode("gbk", errors="replace"), text.encode("utf-32"), content + b"\0",
            b"\xff\xfe" + content, content.replace(b"\n", b"\n\n"), b"", b"\n" * 5, text.upper().encode(),
        )
    )  # fmt: skip


def _grow(content: bytes, rng: random.Random, _: Sequence[bytes]) -> bytes:
    size = rng.choice((100_000, 1_000_000, 9_900_000, 11_000_000))
    filler = rng.choice((b"#", b"\n", b"x", b"[", b'"', b"a,", b"1, ", content[:500] or b"x"))
    return content + filler * (size // len(filler))


MUTATIONS: tuple[Mutation, ...] = (
    _flip, _noise, _cut, _repeat, _lines, _number, _number, _number, _text, _text, _cell, _name, _nest, _splice,
    _swap_values, _swap_values, _encode,
)  # fmt: skip
RARE: tuple[Mutation, ...] = (_grow,)  # megabytes, which take long to write and to read
