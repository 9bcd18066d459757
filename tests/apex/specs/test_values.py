"""Quantities, durations, ratios and amounts in every notation that Kubernetes takes."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apex.specs.document import Decimals, Plain
from apex.specs.values import SUFFIXES, Duration, Quantity, read_ratio, shown


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2", "2"),
        ("500m", "0.5"),
        ("8Gi", "8589934592"),
        ("1.5Gi", "1610612736"),
        ("1e3", "1000"),
        ("2E", "2000000000000000000"),
        ("2E3", "2000"),
        ("100u", "0.0001"),
        ("5n", "0.000000005"),
        ("+3", "3"),
        (".5", "0.5"),
        ("1.", "1"),
        ("3k", "3000"),
    ],
)
def test_a_quantity_is_the_number_it_stands_for(text: str, value: str) -> None:
    assert Quantity.of(text).value == Decimal(value)


@pytest.mark.parametrize("given_value", [1, Decimals("0.5")])
def test_a_number_is_a_quantity(given_value: object) -> None:
    assert Quantity.of(given_value).value == Decimal(str(given_value))


@given(
    st.decimals(min_value=0, max_value=10**9, places=3, allow_nan=False, allow_infinity=False),
    st.sampled_from(sorted(SUFFIXES)),
)
def test_every_suffix_multiplies(number: Decimal, suffix: str) -> None:
    assert Quantity.of(f"{number}{suffix}").value == number * SUFFIXES[suffix]


@pytest.mark.parametrize(
    ("text", "fix"),
    [
        ("8GB", 'write "8G"'),
        ("8 Gi", 'write "8Gi"'),
        ("512mb", 'write "512M"'),
        ("8gi", 'write "8Gi"'),
        ("-1", "it cannot be negative"),
        ("lots", 'write it as Kubernetes does, as "500m", "2" or "8Gi"'),
        ("", 'write it as Kubernetes does, as "500m", "2" or "8Gi"'),
    ],
)
def test_what_is_no_quantity_is_told_with_the_fix(text: str, fix: str) -> None:
    with pytest.raises(ValueError) as caught:
        Quantity.of(text)
    assert str(caught.value) == f'"{text}" is not a quantity; {fix}'


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("300s", "300"), ("200ms", "0.2"), ("5m", "300"), ("1h30m", "5400"), ("1.5h", "5400"), ("10us", "0.00001")],
)
def test_a_duration_has_its_seconds(text: str, seconds: str) -> None:
    assert Duration.of(text).seconds == Decimal(seconds)


@given(st.lists(st.tuples(st.integers(0, 9999), st.sampled_from(["h", "m", "s", "ms"])), min_size=1, max_size=4))
def test_the_parts_of_a_duration_add_up(parts: list[tuple[int, str]]) -> None:
    seconds = {"h": Decimal(3600), "m": Decimal(60), "s": Decimal(1), "ms": Decimal("0.001")}
    duration = Duration.of("".join(f"{number}{unit}" for number, unit in parts))
    assert duration.seconds == sum((number * seconds[unit] for number, unit in parts), Decimal(0))


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("300", '"300" is not a duration; write "300s"'),
        (300, '300 is not a duration; write "300s"'),
        (Decimals("1.5"), '1.5 is not a duration; write "1.5s"'),
        ("5 min", '"5 min" is not a duration; write a number with a unit, as "300s", "200ms", "5m" or "1h30m"'),
        (None, 'an empty value is not a duration; write a number with a unit, as "300s", "200ms", "5m" or "1h30m"'),
    ],
)
def test_what_is_no_duration_is_told_with_the_fix(value: object, message: str) -> None:
    with pytest.raises(ValueError) as caught:
        Duration.of(value)
    assert str(caught.value) == message


@given(st.decimals(min_value=0, max_value=1, places=4, allow_nan=False, allow_infinity=False))
def test_a_ratio_may_be_a_percentage(ratio: Decimal) -> None:
    assert read_ratio(f"{ratio}") == ratio
    assert read_ratio(f"{ratio * 100:.2f}%") == ratio


def test_a_value_is_shown_as_it_was_written() -> None:
    assert [shown(value) for value in (Decimals("1.10"), Plain("no", legacy=False), "a", True, None, {}, [], 5)] == [
        "1.10", "no", '"a"', "true", "an empty value", "a map", "a list", "5",
    ]  # fmt: skip
    assert len(shown("x" * 500)) == 82
