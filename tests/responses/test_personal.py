"""What looks like CPR numbers stops the import, and no value is repeated."""

from __future__ import annotations

import random

import pandas as pd
import pytest

from evaluation.common.errors import EvaluationError
from evaluation.responses.personal import cpr_columns, texts_hold_cpr
from tests.responses.made import build, export, people

# No numbers of that form may stand in a committed file: they are put together here.
DATES = ("010190", "311299", "050507", "290280")


def cpr(seed: int, *, checked: bool = True) -> str:
    """A made-up date and four digits, passing modulus 11 or not."""
    chance = random.Random(seed)
    while True:
        day, month, year = chance.randint(1, 28), chance.randint(1, 12), chance.randint(0, 99)
        digits = f"{day:02}{month:02}{year:02}{chance.randint(1, 9999):04}"
        total = sum(w * int(d) for w, d in zip((4, 3, 2, 7, 6, 5, 4, 3, 2, 1), digits, strict=True))
        if (total % 11 == 0) is checked:
            return digits


def column(values: list) -> tuple[str, ...]:
    return cpr_columns(pd.DataFrame({"x": pd.Series(values)}))


@pytest.mark.parametrize("joint", ["-", " - ", "–"])
@pytest.mark.parametrize("date", DATES)
def test_in_text_with_hyphen(date: str, joint: str) -> None:
    assert texts_hold_cpr([f"Mit barn ({date}{joint}1234) har det godt"])


def test_ten_digits_in_text_and_as_a_column() -> None:
    assert texts_hold_cpr([f"cpr {cpr(1)}."])
    assert texts_hold_cpr([cpr(2, checked=False)])
    assert column([cpr(n) for n in range(40)])
    assert column([float(cpr(n)) for n in range(40)])
    assert column([float(cpr(n)) for n in range(40) if cpr(n)[0] == "0"])
    # Some given since 2007 fail the check; a column of them and others is still found.
    assert column([cpr(n, checked=n % 2 == 0) for n in range(60)])


@pytest.mark.parametrize(
    "values",
    [
        [f"{no_date}-1234" for no_date in ("321399", "001290", "011390")],
        ["+45 12 34 56 78", "12345678", "www.x.dk/1234567"],
        ["00.01.00-P35-7-19", "2024-03-01 10:00:00"],
        [float(n) for n in range(825478429, 825478529)],
        [float(n) for n in range(1101000001, 1101000101)],
        [str(n) for n in range(1101000001, 1101000101)],
        [110000064.0, 110000417.0, 110000473.0],
        [1234567890.5],
        [],
    ],
)
def test_other_numbers_are_left_alone(values: list) -> None:
    assert column(values) == ()


def test_the_import_names_the_column_and_no_value() -> None:
    secret = cpr(3)
    with pytest.raises(EvaluationError) as error:
        build(export(people(bemaerk=["ok", f"ring om {secret[:6]}-{secret[6:]}", None, None], nr=[1, 2, 3, 4])))
    (problem,) = error.value.problems
    assert problem.code == "response-cpr"
    assert "bemaerk" in problem.where
    assert secret[6:] not in problem.where + problem.found


@pytest.mark.parametrize("hidden", ["{}", "Barnet {} har det godt", "{}\nog mere", "\N{GRINNING FACE} {}"])
@pytest.mark.parametrize("wide", [False, True])
def test_one_among_many_texts_is_found(hidden: str, wide: bool) -> None:
    number = f"{DATES[0]}-1234"
    if wide:
        number = "".join(chr(ord(sign) + 0xFEE0) if sign.isdigit() else sign for sign in number)
    texts = [f"Vi har fået mere tid til børnene, nr. {row} – æ\n" for row in range(3000)]
    assert not texts_hold_cpr(texts)
    assert texts_hold_cpr([*texts, hidden.format(number)])
    assert texts_hold_cpr([hidden.format(number), *texts])
    assert texts_hold_cpr([*texts[:1500], hidden.format(number), *texts[1500:]])
