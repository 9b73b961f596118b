"""Each rule by itself: at its edges exactly, distributions and shares against their formulas.

Statistical tests have fixed seeds. Their tolerance is four standard errors, each stated beside its test; it is at
most 2 % of the figure, and a twin with a rule that is wrong by a few percent is refused.
"""

import math
from collections.abc import Callable

import numpy as np
import pytest

from benchmarks.random_days import CHOICES, fair_day
from sim.campaign.laws import smallest_prime
from sim.draws import BOARDS, PAIR, exponential, make_key, normal, uniform, uniforms
from sim.engine import rules, simulate

SIZE = 200_000
KEY = make_key(12, 0, 0)
Sampler = Callable[[np.ndarray, np.ndarray], np.ndarray]


# Durations ------------------------------------------------------------------------------------------------

_SIGMA2 = math.log(1.0 + 0.8**2)
# kind, a, b, c; mean, standard deviation, fourth standardised moment
LAWS = {
    "constant": ((rules.CONSTANT, 5.0, 0.0, 0.0), 5.0, 0.0, 0.0),
    "exponential": ((rules.EXPONENTIAL, 6.0, 0.0, 0.0), 6.0, 6.0, 9.0),
    "uniform": ((rules.UNIFORM, 1.0, 4.0, 0.0), 2.5, 3.0 / math.sqrt(12.0), 1.8),
    "triangular": ((rules.TRIANGULAR, 1.0, 2.0, 6.0), 3.0, math.sqrt((1 + 4 + 36 - 2 - 6 - 12) / 18), 2.4),
    "lognormal": (
        (rules.LOGNORMAL, 5.0, 0.8, 0.0), 5.0, 4.0,
        math.exp(4 * _SIGMA2) + 2 * math.exp(3 * _SIGMA2) + 3 * math.exp(2 * _SIGMA2) - 3,
    ),
    **{
        f"erlang {stages}": ((rules.ERLANG, 4.0, float(stages), 0.0), 4.0, 4.0 / math.sqrt(stages), 3.0 + 6.0 / stages)
        for stages in (1, 2, 3, 4)
    },
}  # fmt: skip


def moments_fit(name: str, sampler: Sampler) -> bool:
    """Whether mean and standard deviation of 200,000 numbers lie within four standard errors of the exact ones.

    Standard errors: sd / sqrt(n) of the mean (at most 0.22 % of it), sd * sqrt((k - 1) / 4n) of the standard deviation
    with fourth moment k (at most 0.51 % of it, lognormal).
    """
    law, mean, deviation, kurtosis = LAWS[name]
    values = sampler(np.array(law), np.random.default_rng(3).random((SIZE, 4)))
    if deviation == 0.0:
        return bool(np.all(values == mean))
    mean_error = deviation / math.sqrt(SIZE)
    deviation_error = deviation * math.sqrt((kurtosis - 1.0) / (4.0 * SIZE))
    assert max(4 * mean_error / mean, 4 * deviation_error / deviation) < 0.021
    return abs(values.mean() - mean) < 4 * mean_error and abs(values.std() - deviation) < 4 * deviation_error


@pytest.mark.parametrize("name", LAWS)
def test_durations_have_the_mean_and_spread_that_they_say(name: str) -> None:
    assert moments_fit(name, rules.durations)


@pytest.mark.parametrize("name", LAWS)
def test_twin_durations_a_little_too_long_are_noticed(name: str) -> None:
    assert not moments_fit(name, lambda law, rows: 1.02 * rules.durations(law, rows))


@pytest.mark.parametrize("name", [name for name in LAWS if name != "constant"])
def test_twin_durations_a_little_too_spread_are_noticed(name: str) -> None:
    _, mean, _, _ = LAWS[name]
    assert not moments_fit(
        name, lambda law, rows: mean + (1.04 if name == "lognormal" else 1.02) * (rules.durations(law, rows) - mean)
    )


def test_durations_of_four_uniform_numbers() -> None:
    four = (0.25, 0.5, 0.75, 0.875)
    logs = [-math.log1p(-u) for u in four]
    assert rules.duration(rules.CONSTANT, 7.0, 1.0, 2.0, four) == 7.0
    assert rules.duration(rules.EXPONENTIAL, 2.0, 0.0, 0.0, four) == pytest.approx(2 * logs[0])
    assert rules.duration(rules.UNIFORM, 2.0, 6.0, 0.0, four) == 3.0
    assert rules.duration(rules.TRIANGULAR, 0.0, 1.0, 4.0, four) == pytest.approx(1.0)
    assert rules.duration(rules.LOGNORMAL, 3.0, 0.0, 0.0, four) == 3.0
    for stages in (1, 2, 3, 4):
        expected = 8.0 * sum(logs[:stages]) / stages
        assert rules.duration(rules.ERLANG, 8.0, float(stages), 0.0, four) == pytest.approx(expected)


@pytest.mark.parametrize("u", [0.0, 1.0 - 2.0**-53])
@pytest.mark.parametrize("kind", range(len(rules.DISTRIBUTIONS)))
def test_durations_at_the_ends_of_the_unit_interval(kind: int, u: float) -> None:
    value = rules.duration(kind, 2.0, 3.0, 5.0, (u, u, u, u))
    assert math.isfinite(value)
    assert value >= 0.0
    if kind in (rules.UNIFORM, rules.TRIANGULAR):
        highest = {rules.UNIFORM: 3.0, rules.TRIANGULAR: 5.0}[kind]
        assert value == pytest.approx(highest if u else 2.0, abs=1e-6)


def test_a_distribution_without_width_is_a_constant() -> None:
    four = (0.3, 0.6, 0.1, 0.9)
    assert rules.duration(rules.TRIANGULAR, 4.0, 4.0, 4.0, four) == 4.0
    assert rules.duration(rules.UNIFORM, 4.0, 4.0, 0.0, four) == 4.0
    assert rules.duration(rules.EXPONENTIAL, 0.0, 0.0, 0.0, four) == 0.0


def test_many_durations_are_the_same_as_one_by_one() -> None:
    rows = np.random.default_rng(1).random((50, 4))
    for law, *_ in LAWS.values():
        expected = [rules.duration(*law, tuple(row)) for row in rows.tolist()]
        assert rules.durations(np.array(law), rows).tolist() == expected


def test_a_constant_needs_no_draw() -> None:
    one = np.uint64(1)
    assert rules.drawn(KEY, one, PAIR, one, (rules.CONSTANT, 9.0, 0.0, 0.0)) == 9.0
    u = uniform(KEY, one, PAIR, one)
    assert rules.drawn(KEY, one, PAIR, one, (rules.UNIFORM, 0.0, 1.0, 0.0)) == u


@pytest.mark.parametrize(
    ("minutes", "step", "expected"),
    [
        (2.4, 0.0, 2.4),
        (2.4, 1.0, 2.0),
        (2.5, 1.0, 3.0),
        (3.5, 1.0, 4.0),
        (0.4, 1.0, 0.0),
        (-0.5, 1.0, 0.0),
        (-0.6, 1.0, -1.0),
        (7.0, 5.0, 5.0),
        (7.5, 5.0, 10.0),
        (0.3, 0.25, 0.25),
        (1e6 + 0.49, 1.0, 1e6),
    ],
)
def test_rounding_to_the_grid(minutes: float, step: float, expected: float) -> None:
    assert rules.on_grid(minutes, step) == expected


# Yes and no ------------------------------------------------------------------------------------------------


def test_shares_at_their_edges() -> None:
    assert not rules.happens(0.0, 0.0)
    assert rules.happens(0.0, 1e-9)
    assert rules.happens(1.0 - 2.0**-53, 1.0)
    assert not rules.happens(0.3, 0.3)


def test_suits() -> None:
    last = np.uint64(1 << 63)
    assert rules.suits(np.uint64(0b0110), np.uint64(0b1100))
    assert not rules.suits(np.uint64(0b0011), np.uint64(0b1100))
    assert rules.suits(last, last)
    assert not rules.suits(np.uint64(2**64 - 1), np.uint64(0))


@pytest.mark.parametrize(
    ("waiting", "own", "booth", "expected"),
    [
        (0, 1, -1, True),
        (0, 0, -1, True),
        (1, 0, -1, False),
        (5, 5, -1, True),
        (6, 5, -1, False),
        (2, 9, 3, True),
        (3, 9, 3, False),
        (0, 9, 0, False),
    ],
)
def test_joins(waiting: int, own: int, booth: int, expected: bool) -> None:
    assert bool(rules.joins(waiting, own, booth)) == expected


def test_offers_at_the_standard() -> None:
    assert rules.offers(1.0, 0.5, 1.0, 1.0)
    assert not rules.offers(1.0, 0.5, 1.0, 1.0 + 1e-12)
    assert rules.offers(-3.0, 0.999, 1.0, -3.0 + normal(0.999))
    assert rules.offers(0.5, 0.001, 0.0, 0.5), "without spread the pair's number plays no part"


def test_accepts_at_the_reservation_value() -> None:
    assert rules.accepts(1.0, 0.5, 0.25, 0.75, 1.0)
    assert not rules.accepts(1.0, 0.5, 0.25, 0.75, 1.0 + 1e-12)
    assert not rules.accepts(1.0, 0.5, 0.25, 0.75 + 1e-12, 1.0)


def test_crowding_counts_people_per_recruiter() -> None:
    assert rules.crowding(0.3, 0, 2) == 1.0
    assert rules.crowding(0.3, 4, 2) == pytest.approx(math.exp(0.6))
    assert rules.crowding(0.3, 4, 0) == rules.crowding(0.3, 4, 1)
    assert rules.crowding(0.0, 99, 1) == 1.0


def test_taste_is_a_standard_gumbel_number() -> None:
    """Mean Euler's constant, variance pi**2 / 6; the standard error of the mean is 0.29 % of the deviation."""
    u = np.random.default_rng(8).random(SIZE)
    values = np.array([rules.taste(one) for one in u.tolist()])
    error = math.pi / math.sqrt(6.0 * SIZE)
    assert abs(values.mean() - np.euler_gamma) < 4 * error
    assert abs(values.mean() - 1.02 * np.euler_gamma) > 4 * error / 2
    assert rules.taste(1.0 - math.exp(-1.0)) == pytest.approx(0.0, abs=1e-12)


def test_the_tie_table_ranks_everything_once() -> None:
    names = [name.replace(" ", "_").upper() for name in rules.TIE_ORDER]
    assert sorted(names) == sorted(set(names))
    assert len(names) == rules.NOTHING_TO_DO
    doors = (rules.DOORS_OPEN, rules.LAST_ENTRY, rules.ANNOUNCEMENT, rules.CLOSE)
    assert doors == tuple(range(4)), "at one instant the doors open before they close"


# Which booths are seen -------------------------------------------------------------------------------------


def boards_in_order(first: int, stride: int, prime: int, booths: int) -> list[int]:
    return [row for k in range(prime) if (row := (first + k * stride) % prime) < booths]


@pytest.mark.parametrize("booths", [1, 2, 3, 24, 40, 90])
def test_reading_visits_each_booth_once(booths: int) -> None:
    prime = smallest_prime(booths)
    for who in range(50):
        first, stride = rules.reading_order(KEY, np.uint64(who), booths, prime)
        assert 0 <= first < booths
        assert 1 <= stride < max(prime, 2)
        assert sorted(boards_in_order(first, stride, prime, booths)) == list(range(booths))


Reader = Callable[[int, int, int], tuple[int, int]]


def inclusion_chi_square(booths: int, boards: int, reader: Reader, size: int = 60_000) -> float:
    """Chi-square statistic of how often each booth is among the first boards read, against equal chances.

    Inclusions of one reader exclude each other to some degree: for samples without replacement the statistic times
    (booths - 1) / (booths - boards) has a chi-square distribution with booths - 1 degrees of freedom.
    """
    prime = smallest_prime(booths)
    counts = np.zeros(booths)
    for who in range(size):
        counts[boards_in_order(*reader(who, booths, prime), prime, booths)[:boards]] += 1
    expected = size * boards / booths
    return float(np.sum((counts - expected) ** 2 / expected) * (booths - 1) / (booths - boards))


def read(who: int, booths: int, prime: int) -> tuple[int, int]:
    return rules.reading_order(KEY, np.uint64(who), booths, prime)


def read_from_anywhere(who: int, booths: int, prime: int) -> tuple[int, int]:
    """Some begin between the booths, on a row of the circle that is none."""
    return rules.reading_order(KEY, np.uint64(who), prime, prime)


@pytest.mark.parametrize(("booths", "boards", "limit"), [(13, 4, 32.9), (24, 12, 49.7), (30, 3, 58.3)])
def test_each_booth_is_seen_equally_often(booths: int, boards: int, limit: float) -> None:
    """60,000 readers; the limit is the 99.9 % quantile for booths - 1 degrees of freedom.

    The standard error of a booth's chance is below 1.3 % of it.
    """
    assert inclusion_chi_square(booths, boards, read) < limit


def test_twin_uneven_reading_is_noticed() -> None:
    assert inclusion_chi_square(24, 2, read_from_anywhere) > 49.7


def chances(booths: int, boards: int, starts: int) -> np.ndarray:
    """Chance of each booth to be among the first boards, against the mean: exact, over all ways to read."""
    prime = smallest_prime(booths)
    counts = np.zeros(booths)
    for first in range(starts):
        for stride in range(1, prime):
            counts[boards_in_order(first, stride, prime, booths)[:boards]] += 1
    return counts / counts.mean()


@pytest.mark.parametrize("booths", [5, 8, 24, 25, 33, 48])
@pytest.mark.parametrize("boards", [1, 2, 3, 12])
def test_all_ways_to_read_together_are_even(booths: int, boards: int) -> None:
    np.testing.assert_array_equal(chances(booths, boards, starts=booths), 1.0)


def test_twin_ways_that_begin_between_booths_are_uneven() -> None:
    assert np.max(np.abs(chances(24, 2, starts=smallest_prime(24)) - 1.0)) > 0.02


# Which booth is chosen -------------------------------------------------------------------------------------

PAYS, WAITING, RECRUITERS = (-1.2, 0.0, 0.4, 1.5), (0, 6, 1, 3), (1, 2, 1, 3)
PAY_WEIGHT, QUEUE_WEIGHT = 0.5, 0.3
CHISQUARE_3 = 16.27  # its 99.9 % quantile with 3 degrees of freedom
CHOOSERS = 150_000


def logit_shares(pay_weight: float = PAY_WEIGHT, queue_weight: float = QUEUE_WEIGHT) -> np.ndarray:
    utility = pay_weight * np.array(PAYS) - queue_weight * np.array(WAITING) / np.array(RECRUITERS)
    return np.exp(utility) / np.exp(utility).sum()


def chosen(pay_weight: float = PAY_WEIGHT) -> np.ndarray:
    """How many of the choosers take each of four booths, by the race of `rules.logit_cost`."""
    attraction = [math.exp(-pay_weight * pay) for pay in PAYS]
    crowd = [rules.crowding(QUEUE_WEIGHT, w, r) for w, r in zip(WAITING, RECRUITERS, strict=True)]
    counts = np.zeros(len(PAYS))
    for row in np.random.default_rng(21).random((CHOOSERS, len(PAYS))).tolist():
        costs = [rules.logit_cost(u, a, c) for u, a, c in zip(row, attraction, crowd, strict=True)]
        counts[costs.index(min(costs))] += 1
    return counts


def chi_square(counts: np.ndarray, shares: np.ndarray) -> float:
    expected = counts.sum() * shares
    return float(np.sum((counts - expected) ** 2 / expected))


def test_choice_shares_are_those_of_the_multinomial_logit() -> None:
    """Standard errors of the four shares are between 0.3 and 0.9 % of them."""
    shares = logit_shares()
    errors = np.sqrt((1 - shares) / (shares * CHOOSERS))
    assert errors.max() < 0.009
    counts = chosen()
    assert chi_square(counts, shares) < CHISQUARE_3
    assert np.all(np.abs(counts / counts.sum() / shares - 1.0) < 4 * errors)


def test_twin_with_a_wrong_attraction_is_noticed() -> None:
    """A weight of pay that is 4 % wrong moves the shares by 0.4 to 3.6 %."""
    wrong = 1.04 * PAY_WEIGHT
    assert np.max(np.abs(logit_shares(wrong) / logit_shares() - 1.0)) < 0.036
    assert chi_square(chosen(wrong), logit_shares()) > CHISQUARE_3


def first_choices(attraction_factor: float = 1.0) -> np.ndarray:
    """Where 20,000 people go first at a fair of four booths without queues."""
    people, plain = 20_000, {name: values[0] for name, values in CHOICES.items()}
    day = fair_day({**plain, "seekers": 1, "booths": 4, "recruiters": 1, "shifts": 1}, 1)
    seekers = np.repeat(day.seekers, people)
    seekers["who"] = 10**6 + np.arange(people)
    seekers["boards"], seekers["accepts"], seekers["booths_wanted"], seekers["stay"] = 9, 2**64 - 1, 1, 99.0
    seekers["arrival"] = day.hall[0]["open"] + 20.0
    day.hall["offers"], day.hall["queue_weight"], day.hall["gate_a"] = 0, 0.0, 0.0
    day.hall["gate_kind"] = day.hall["desk_kind"] = rules.CONSTANT
    day.booths["pay"] = PAYS
    day.booths["attraction"] = np.exp(-PAY_WEIGHT * attraction_factor * np.array(PAYS))
    day.booths["shifts_from"], day.booths["shifts_until"] = 0, 1
    shifts = day.shifts[:1].copy()
    shifts["time"], shifts["recruiters"] = 0.0, people
    ledger = simulate(day._replace(seekers=seekers, shifts=shifts), KEY)
    _, first = np.unique(ledger.stays["seeker"], return_index=True)
    assert first.size == people
    return np.bincount(ledger.stays["booth"][first], minlength=4)


def test_the_engine_chooses_by_the_multinomial_logit() -> None:
    """Standard errors of the shares are between 0.8 and 1.8 %."""
    shares = logit_shares(queue_weight=0.0)
    assert chi_square(first_choices(), shares) < CHISQUARE_3
    assert chi_square(first_choices(1.1), shares) > CHISQUARE_3


# Exactly, at the addresses that are written down ----------------------------------------------------------


def test_a_triangular_duration_is_the_inverse_of_its_distribution() -> None:
    low, mode, high = 10.0, 15.0, 40.0
    for u in (0.0, 0.01, 0.16, 1 / 6, 0.17, 0.5, 0.99):
        x = rules.duration(rules.TRIANGULAR, low, mode, high, (u, 0.9, 0.9, 0.9))
        below = (x - low) ** 2 / ((high - low) * (mode - low))
        above = 1 - (high - x) ** 2 / ((high - low) * (high - mode))
        assert (below if x <= mode else above) == pytest.approx(u, abs=1e-12)


def test_a_drawn_duration_has_all_parameters_of_its_law() -> None:
    who, decision, index = np.uint64(7), np.uint64(4), np.uint64(2)
    law = (float(rules.TRIANGULAR), 1.0, 2.0, 6.0)
    expected = rules.duration(*law, uniforms(KEY, who, decision, index))
    assert rules.drawn(KEY, who, decision, index, law) == expected


def test_the_reading_of_boards_uses_the_first_two_numbers_of_its_address() -> None:
    prime = smallest_prime(1000)
    for number in range(50):
        who = np.uint64(number)
        first, second, *_ = uniforms(KEY, who, BOARDS, np.uint64(0))
        assert rules.reading_order(KEY, who, 1000, prime) == (int(first * 1000), 1 + int(second * (prime - 1)))


def test_the_cost_of_a_booth_is_a_waiting_time_longer_the_less_it_attracts_and_the_fuller_it_is() -> None:
    assert rules.logit_cost(0.3, 2.0, 5.0) == exponential(0.3) * 2.0 * 5.0


def test_a_queue_counts_per_recruiter_and_without_any_as_with_one() -> None:
    for recruiters, each in ((0, 6.0), (1, 6.0), (2, 3.0), (3, 2.0)):
        assert rules.crowding(0.25, 6, recruiters) == math.exp(0.25 * each)
