"""Durations, settings and the reading of single values."""

import dataclasses
import datetime
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.model.errors import Refusal
from sim.model.parameters import LISTS, Parameter, parameters, vocabulary
from sim.model.parse import READERS, default_value, read_text, read_value
from sim.model.values import DURATION_ARGUMENTS, Duration, Settings, clock_text, plain, window_text

FAIR = {parameter.key: parameter for parameter in parameters("fair")}
SCENARIO = {parameter.key: parameter for parameter in parameters("scenario")}
NAMES, WEEKDAYS, DATES = (SCENARIO[key] for key in ("calendar.venues", "calendar.weekdays", "season.holidays"))
FIRST, SECOND = datetime.date(2020, 5, 1), datetime.date(2020, 5, 4)
WINDOWS = next(parameter for parameter in parameters("scenario") if parameter.type == "windows")


def test_the_table_has_every_parameter_once_and_complete() -> None:
    for level in ("scenario", *LISTS.values()):
        keys = [parameter.key for parameter in parameters(level)]
        assert keys and len(keys) == len(set(keys))
    for parameter in parameters():
        assert parameter.meaning and parameter.source
        assert parameter.type in READERS
        assert bool(parameter.choices) <= (parameter.type in ("choice", "names"))
        assert parameter.type != "choice" or parameter.choices


def test_every_default_is_a_value_of_its_parameter() -> None:
    for parameter in parameters():
        value = default_value(parameter)
        if parameter.default:
            assert value is not None, parameter.key
        elif parameter.type in ("text", "path", "choice"):
            assert value == ""
        else:
            assert value in (None, ())


def test_the_top_of_a_file_knows_what_a_fair_knows_but_not_what_only_a_fair_has() -> None:
    assert {"gate.lanes", "totals.firms", "name"} <= vocabulary("").keys.keys()
    assert not {"id", "venue", "district", "date", "firms", "posts", "seekers"} & vocabulary("").keys.keys()
    assert "behaviour.talk_share" in vocabulary("groups").keys
    assert "attendance.visit_share" in vocabulary("groups").keys
    assert "gate.lanes" not in vocabulary("groups").keys


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("5", Duration("constant", 5.0)),
        ("constant(value=5)", Duration("constant", 5.0)),
        ("exponential(mean=6)", Duration("exponential", 6.0)),
        ("uniform(low=1, high=2)", Duration("uniform", 1.0, 2.0)),
        ("uniform(high=2, low=1)", Duration("uniform", 1.0, 2.0)),
        ("triangular(low=1, mode=2, high=4)", Duration("triangular", 1.0, 2.0, 4.0)),
        ("lognormal(mean=5, cv=0.8)", Duration("lognormal", 5.0, 0.8)),
        (" erlang ( mean = 1e0 ,stages=2 ) ", Duration("erlang", 1.0, 2.0)),
    ],
)
def test_durations_from_text(text: str, duration: Duration) -> None:
    assert read_value(FAIR["gate.minutes"], text) == duration
    assert read_value(FAIR["gate.minutes"], str(duration)) == duration


@pytest.mark.parametrize(
    "text",
    [
        "",
        "five",
        "exponential",
        "exponential()",
        "exponential(6)",
        "exponential(mean=6, mean=6)",
        "exponential(mean=)",
        "exponential(mean=6",
        "exponential(rate=6)",
        "exponential(mean=0)",
        "exponential(mean=nan)",
        "constant(value=-1)",
        "constant(value=inf)",
        "uniform(low=2, high=1)",
        "triangular(low=1, mode=5, high=4)",
        "lognormal(mean=0, cv=1)",
        "lognormal(mean=1, cv=-1)",
        "erlang(mean=1, stages=0)",
        "erlang(mean=1, stages=2.5)",
        "erlang(mean=1, stages=5)",
        "Exponential(mean=6)",
        "exponential(mean=6) exponential(mean=6)",
        "constant(value=1e10)",
        "__import__(x=1)",
    ],
)
def test_durations_that_are_none(text: str) -> None:
    with pytest.raises(Refusal):
        read_value(FAIR["gate.minutes"], text)


@given(
    st.sampled_from(sorted(DURATION_ARGUMENTS)),
    st.lists(st.floats(0.001, 1e9), min_size=3, max_size=3).map(sorted),
    st.integers(1, 4),
)
def test_a_duration_reads_back_from_its_text(kind: str, numbers: list[float], stages: int) -> None:
    arguments = [numbers[0], float(stages)] if kind == "erlang" else numbers[: len(DURATION_ARGUMENTS[kind])]
    duration = Duration(kind, *arguments)
    assert read_value(FAIR["gate.minutes"], str(duration)) == duration


@given(st.integers(0, 24 * 3600 - 1))
def test_a_clock_time_reads_back_from_its_text(seconds: int) -> None:
    minutes = read_value(FAIR["open"], clock_text(seconds / 60))
    assert minutes == seconds // 60 + seconds % 60 / 60
    assert clock_text(minutes) == clock_text(seconds / 60)


@pytest.mark.parametrize(("raw", "minutes"), [("9:05", 545.0), ("00:00", 0.0), ("23:59:30", 1439.5)])
def test_clock_times(raw: object, minutes: float) -> None:
    assert read_value(FAIR["open"], raw) == minutes
    assert read_value(FAIR["open"], datetime.time(9, 5)) == 545.0


@pytest.mark.parametrize(
    "raw", ["24:00", "25:00", "9", "9:5", "09:60", "09.00", "-1:00", " 09:00", 9, 9.5, True, [], "２３:00"]
)
def test_clock_times_that_are_none(raw: object) -> None:
    with pytest.raises(Refusal, match="is no clock time"):
        read_value(FAIR["open"], raw)


@pytest.mark.parametrize(
    ("raw", "windows"),
    [
        ([], ()),
        ("", ()),
        (["10:30-12:30", "11:30-13:30"], ((630.0, 750.0), (690.0, 810.0))),
        ("10:30-12:30, 11:30-13:30", ((630.0, 750.0), (690.0, 810.0))),
        (" 9:00 - 24:00 ", ((540.0, 1440.0),)),
        (["00:00-00:00:30"], ((0.0, 0.5),)),
    ],
)
def test_windows(raw: object, windows: tuple[tuple[float, float], ...]) -> None:
    value = read_value(WINDOWS, raw)
    assert value == windows
    assert all(type(edge) is float for window in windows for edge in window)
    assert read_value(WINDOWS, [window_text(window) for window in windows]) == windows


def test_there_may_be_a_hundred_windows() -> None:
    many = [f"00:00-{number // 60:02d}:{number % 60:02d}" for number in range(1, 102)]
    assert len(read_value(WINDOWS, many[:100])) == 100  # type: ignore[arg-type]
    with pytest.raises(Refusal, match="101 windows"):
        read_value(WINDOWS, many)


@pytest.mark.parametrize(
    ("raw", "names"),
    [
        ([], ()),
        (" ", ()),
        (["north", " south "], ("north", "south")),
        ("north,south", ("north", "south")),
        (["north, upper"], ("north, upper",)),
        ("武汉", ("武汉",)),
    ],
)
def test_names(raw: object, names: tuple[str, ...]) -> None:
    assert read_value(NAMES, raw) == names
    assert read_value(NAMES, list(names)) == names


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        (3, "3 is no list of names"),
        ([3], "name 1: 3 is no name"),
        (["a", " "], 'name 2: " " is no name'),
        ("a,,b", 'name 2: "" is no name'),
        ("a, a", '"a" is there twice'),
        (["a\n b"], "name 1: .* has a line break"),
        ([str(number) for number in range(2001)], "2001 names"),
    ],
)
def test_names_that_are_none(raw: object, found: str) -> None:
    with pytest.raises(Refusal, match=found) as caught:
        read_value(NAMES, raw)
    assert caught.value.slug == "bad-names"


def test_names_may_be_restricted_to_choices() -> None:
    assert read_value(WEEKDAYS, "sat, sun") == ("sat", "sun")
    with pytest.raises(Refusal, match="none of the choices") as caught:
        read_value(WEEKDAYS, ["sat", "sunn"])
    assert caught.value.remedy == 'did you mean "sun"?'


@pytest.mark.parametrize("raw", [[FIRST, SECOND], "2020-05-01, 2020-05-04", ["2020-05-01", SECOND]])
def test_dates(raw: object) -> None:
    assert read_value(DATES, raw) == (FIRST, SECOND)
    assert read_value(DATES, FIRST) == (FIRST,)
    assert read_value(DATES, "") == read_value(DATES, []) == ()


@pytest.mark.parametrize(
    "raw", [3, [3], "May 1", ["2020-02-30"], [FIRST, "2020-05-01"], [datetime.datetime(2020, 5, 1)]]
)
def test_dates_that_are_none(raw: object) -> None:
    with pytest.raises(Refusal) as caught:
        read_value(DATES, raw)
    assert caught.value.slug == "bad-date"


def test_only_the_end_may_be_midnight() -> None:
    assert read_value(FAIR["close"], "24:00") == 1440.0
    with pytest.raises(Refusal):
        read_value(FAIR["close"], "24:01")
    with pytest.raises(Refusal):
        read_value(FAIR["closing.last_entry"], "24:00")


@given(st.sampled_from(parameters()), st.one_of(st.text(), st.integers(), st.floats(), st.booleans(), st.none()))
def test_any_value_is_read_or_refused(parameter: Parameter, raw: object) -> None:
    for read in (read_value, lambda one, value: read_text(one, str(value))):
        try:
            value = read(parameter, raw)
        except Refusal as refusal:
            assert refusal.found and refusal.slug
        else:
            assert hash(value) is not None


def test_settings_are_read_by_type() -> None:
    settings = Settings(
        {
            "t": "x",
            "i": 3,
            "n": 2.5,
            "f": True,
            "d": Duration("constant", 1.0),
            "l": (1.0, 2.0),
            "s": ((540.0, 2),),
            "w": ((630.0, 750.0), (600.0, 660.5)),
            "day": datetime.date(2020, 4, 21),
            "days": (FIRST, SECOND),
            "names": ("a", "b"),
            "none": None,
            "empty": (),
        }
    )
    assert settings.text("t") == "x"
    assert settings.integer("i") == settings.optional_integer("i") == 3
    assert settings.number("n") == settings.clock("n") == settings.optional_number("n") == 2.5
    assert settings.number("i") == 3.0 and isinstance(settings.number("i"), float)
    assert settings.flag("f") is True
    assert settings.duration("d") == settings.optional_duration("d") == Duration("constant", 1.0)
    assert settings.numbers("l") == (1.0, 2.0)
    assert settings.shifts("s") == ((540.0, 2),)
    assert settings.windows("w") == ((630.0, 750.0), (600.0, 660.5))
    assert settings.dates("days") == (FIRST, SECOND)
    assert settings.names("names") == ("a", "b")
    assert settings.dates("empty") == settings.names("empty") == ()
    assert settings.numbers("empty") == settings.shifts("empty") == settings.windows("empty") == ()
    assert settings.day("day") == datetime.date(2020, 4, 21)
    assert settings.optional_integer("none") is settings.optional_clock("none") is settings.day("none") is None
    assert settings.optional_number("none") is settings.optional_duration("none") is None


GETTERS = [
    "text",
    "integer",
    "number",
    "flag",
    "clock",
    "duration",
    "numbers",
    "shifts",
    "windows",
    "names",
    "dates",
    "optional_integer",
    "optional_number",
    "optional_clock",
    "optional_duration",
    "day",
]


@pytest.mark.parametrize("getter", GETTERS)
def test_settings_refuse_the_wrong_type_and_unknown_keys(getter: str) -> None:
    settings = Settings(
        {
            "text": "x",
            "flag": True,
            "pairs": ((1.0, 2),),
            "wins": ((1.0, 2.0),),
            "numbers": (1.0,),
            "names": ("x",),
            "dates": (FIRST,),
            "none": None,
        }
    )
    fits = {"shifts": "pairs", "windows": "wins"}.get(getter, getter)
    for key in ("text", "flag", "pairs", "wins", "numbers", "names", "dates"):
        if key != fits:
            with pytest.raises(TypeError, match=key):
                getattr(settings, getter)(key)
    if not getter.startswith("optional") and getter != "day":
        with pytest.raises(TypeError, match="none"):
            getattr(settings, getter)("none")
    with pytest.raises(KeyError):
        getattr(settings, getter)("unknown")


def test_settings_never_change_and_survive_pickling() -> None:
    settings = Settings({"a": 1, "b": (1.0,)})
    for attempt in (lambda: setattr(settings, "_values", ()), lambda: delattr(settings, "_values")):
        with pytest.raises(AttributeError):
            attempt()
    with pytest.raises(TypeError):
        settings["a"] = 2  # type: ignore[index]
    again = pickle.loads(pickle.dumps(settings))
    assert again == settings == {"b": (1.0,), "a": 1}
    assert hash(again) == hash(settings) == hash(Settings({"b": (1.0,), "a": 1}))
    assert settings != Settings({"a": 2, "b": (1.0,)})
    assert Settings.row({"a": 0}, (1,)) == {"a": 1}
    assert list(settings) == ["a", "b"] and len(settings) == 2 and "a" in settings
    assert repr(settings) == "Settings({'a': 1, 'b': (1.0,)})"


def test_numbers_are_written_short() -> None:
    assert [plain(number) for number in (5.0, 0.25, 1e300, 2**63 - 1)] == [
        "5",
        "0.25",
        "1e+300",
        "9223372036854775807",
    ]


def test_a_parameter_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        FAIR["open"].unit = "x"  # type: ignore[misc]
