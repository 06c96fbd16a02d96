from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from evaluation.presentation.numbers import NBSP, Numbers

DA, EN = Numbers("da"), Numbers("en")


@pytest.mark.parametrize(
    ("value", "decimals", "da", "en"),
    [
        (5.24, 1, "5,2", "5.2"),
        (1284, 0, "1.284", "1,284"),
        (-3.14, 1, "−3,1", "−3.1"),
        (-0.04, 1, "0,0", "0.0"),
        (0.5, 0, "1", "1"),
        (64.5, 0, "65", "65"),
        (2.25, 1, "2,3", "2.3"),
        (1234567.891, 2, "1.234.567,89", "1,234,567.89"),
        (None, 1, "..", ".."),
        (float("nan"), 1, "..", ".."),
        (float("inf"), 1, "..", ".."),
        (pd.NA, 1, "..", ".."),
    ],
)
def test_numbers_in_both_languages(value: object, decimals: int, da: str, en: str) -> None:
    assert DA.number(value, decimals) == da
    assert EN.number(value, decimals) == en


def test_binary_noise_does_not_turn_a_rounding() -> None:
    # 0.285 * 100 and 1.005 * 100 lie a hair below the half in binary.
    assert DA.share(0.285) == "29"
    assert DA.share(1.005) == "101"


def test_signs() -> None:
    assert DA.number(5.2, sign=True) == "+5,2"
    assert DA.number(-5.2, sign=True) == "−5,2"
    assert DA.number(0.01, sign=True) == "0,0"


def test_units_never_part_from_their_number() -> None:
    assert DA.percent(0.65) == f"65{NBSP}pct."
    assert EN.percent(0.65) == f"65{NBSP}per cent"
    assert DA.percentage_points(0.03) == f"3{NBSP}procentpoint"
    assert DA.points(5.2) == f"5,2{NBSP}point"
    assert EN.percentage_points(0.01) == f"1{NBSP}percentage point"
    assert EN.points(1, 0) == f"1{NBSP}point"
    assert EN.points(1) == f"1.0{NBSP}points"


def test_dates_and_periods() -> None:
    assert DA.day(date(2021, 6, 1)) == f"1.{NBSP}juni 2021"
    assert EN.day(date(2021, 6, 1)) == f"1{NBSP}June 2021"
    assert DA.period(date(2020, 9, 1), date(2020, 10, 15)) == f"1.{NBSP}september til{NBSP}15.{NBSP}oktober 2020"
    assert DA.period(date(2020, 9, 1), date(2021, 1, 5)) == f"1.{NBSP}september 2020 til{NBSP}5.{NBSP}januar 2021"


def test_p_values_and_intervals() -> None:
    assert DA.p_value(0.0004) == f"p{NBSP}<{NBSP}0,001"
    assert DA.p_value(0.0234) == f"p{NBSP}={NBSP}0,023"
    assert EN.p_value(None) == ".."
    assert DA.interval(-1.25, 9.04) == f"−1,3 til{NBSP}9,0"
    assert DA.interval(None, 2) == ".."


@pytest.mark.parametrize(
    ("count", "da", "en"), [(0, "nul", "zero"), (3, "tre", "three"), (12, "tolv", "twelve"), (13, "13", "13")]
)
def test_small_numbers_are_words(count: int, da: str, en: str) -> None:
    assert (DA.count(count), EN.count(count)) == (da, en)


def test_listing() -> None:
    assert DA.listing([]) == ""
    assert DA.listing(["a"]) == "a"
    assert DA.listing(["a", "b", "c"]) == "a, b og c"
    assert EN.listing(["a", "b"]) == "a and b"
