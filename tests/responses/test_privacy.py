"""Ids become pseudonyms, direct identifiers stop the import, and no value of theirs is repeated."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from evaluation.common.errors import EvaluationError, Problem
from evaluation.importing.export import Variable
from evaluation.responses.identifiers import Privacy, identifier_kind
from evaluation.responses.model import Responses
from evaluation.responses.personal import as_cpr, cpr_columns, cpr_rows, replace_cpr, texts_hold_cpr
from evaluation.responses.pseudonyms import KEY_ENV, Pseudonyms, canonical, create_key, key_path, load_key
from tests.responses.made import build, codes_of, export, people, survey
from tests.responses.test_personal import cpr

KEY = Pseudonyms(bytes(range(32)))
DATE, SERIAL = "020491", "1235"


def forms(date: str = DATE, serial: str = SERIAL) -> list[str]:
    """The many ways of writing one number; put together here, so that none stands in a file."""
    day, month, year = date[:2], date[2:4], date[4:]
    return [
        date + serial,
        *(
            f"{date}{joint}{serial}"
            for joint in ("-", " - ", "–", "—", "‑", "−", " ", "\N{NO-BREAK SPACE}", "/", ".", "_")
        ),
        f"{day}-{month}-{year}-{serial}",
        f"{day}.{month}.{year}-{serial}",
        f"{day} {month} {year} {serial}",
        f"{day} {month} {year} {serial[:2]} {serial[2:]}",
        f"{day}{month}19{year}-{serial}",
        f"{day}-{month}-19{year}-{serial}",
        "".join(chr(0xFF10 + int(digit)) for digit in date + serial),
    ]


def problems(made, **options) -> list[Problem]:
    with pytest.raises(EvaluationError) as error:
        build(made, **options)
    return list(error.value.problems)


@pytest.mark.parametrize("written", forms())
def test_every_way_of_writing_is_found_and_is_the_same_number(written: str) -> None:
    assert texts_hold_cpr([written])
    assert texts_hold_cpr([f"Mit barn har {written} som nummer"])
    assert as_cpr(written) == DATE + SERIAL
    assert KEY.of(written) == KEY.of(DATE + SERIAL)


@pytest.mark.parametrize("written", [(DATE + SERIAL)[1:], f"{DATE[1:]}-{SERIAL}", f"cpr: {(DATE + SERIAL)[1:]}"])
def test_a_lost_zero_is_found_where_the_column_or_the_text_says_so(written: str) -> None:
    assert texts_hold_cpr([written], said=True)
    if written[0].isdigit():
        assert as_cpr(written) == DATE + SERIAL


def test_a_column_with_lost_zeros_and_hyphens() -> None:
    numbers = [number for n in range(200) if (number := cpr(n))[0] == "0"]
    assert len(numbers) > 20
    assert texts_hold_cpr([f"{number[1:6]}-{number[6:]}" for number in numbers])
    assert not texts_hold_cpr([f"{n}-{n % 9000 + 1000}" for n in range(10190, 10290)])


@pytest.mark.parametrize(
    "text", ["310290-1234", "301190:1234", "020491-12345", "12020491-1235", "2024-03-01 10:00:00", "+45 20 30 40 50"]
)
def test_what_is_no_such_number(text: str) -> None:
    assert not texts_hold_cpr([text])


def test_a_replacement_number_is_found() -> None:
    assert texts_hold_cpr([f"6{int(DATE[0]) + 0}"[:1] + DATE[1:] + "-" + SERIAL])


def test_few_numbers_among_many_others() -> None:
    others = [str(4_500_000_000 + 7 * n) for n in range(60)]
    assert not texts_hold_cpr(others)
    assert texts_hold_cpr([*others, *(cpr(n) for n in range(8))])


def test_the_problem_names_column_number_and_rows() -> None:
    secret = f"{DATE}-{SERIAL}"
    made = export(people(nr=[1, 2, 3, 4], bemaerk=["ok", f"ring {secret}", None, secret]))
    (problem,) = problems(made, survey=survey(wave={"sheet": "Ark1"}))
    assert problem.code == "response-cpr"
    assert (problem.params["number"], problem.params["rows"]) == ("7", "2, 4")
    assert "bemaerk" in problem.where
    assert "Ark1" in problem.where
    for lang in ("da", "en"):
        assert "7" in problem.render(lang)
        assert SERIAL not in problem.render(lang)


def test_numbers_in_rows_left_out_and_in_labels_stop_too() -> None:
    made = export(people(bemaerk=["ok", None, None, f"{DATE}-{SERIAL}"], gruppe=["a", "a", "a", "b"]))
    assert [p.code for p in problems(made, survey=survey(wave={"where": {"gruppe": "a"}}))] == ["response-cpr"]
    made = export(people(sp=[1, 2, 1, 2]), labels={"sp": {"1": f"barn {DATE}-{SERIAL}"}})
    (problem,) = problems(made)
    assert problem.code == "response-cpr-label"
    assert SERIAL not in problem.render("da")


def test_numbers_are_replaced_where_the_plan_says_so() -> None:
    secret = f"{DATE}-{SERIAL}"
    made = export(people(bemaerk=["ok", f"ring {secret} i dag", None, None], andet=["x", None, None, secret]))
    assert [p.params["number"] for p in problems(made, privacy=Privacy(KEY, ("bemaerk",)))] == ["7"]
    found = build(made, privacy=Privacy(KEY, ("bemaerk", "ANDET")))
    assert "cpr-pseudonym" in codes_of(found)
    mended = replace_cpr(made.data["bemaerk"], KEY.of)
    assert mended[1] == f"ring {KEY.of(secret)} i dag"
    assert mended[0] == "ok"
    assert cpr_rows(made.data["bemaerk"]) == [2]


@pytest.mark.parametrize(
    ("kind", "ids"),
    [
        ("email", ["a@b.dk", "c@d.dk", "e@f.dk", "g@h.dk"]),
        ("phone", ["+45 20304050", "31 42 53 64", "4455 6677", "28394051"]),
        ("name", ["Åse Møller", "Bo Dam-Lund", "Ib Juul", "Eva Ravn Holm"]),
    ],
)
def test_ids_that_give_people_away_need_the_key(kind: str, ids: list[str]) -> None:
    (problem,) = problems(export(people(id=ids)))
    assert problem.code == f"response-id-identifier-{kind}"
    assert not any(value in problem.render(lang) for value in ids for lang in ("da", "en"))
    stored = build(export(people(id=ids)), privacy=Privacy(KEY))
    assert list(stored.persons["respondent"]) == [KEY.of(value) for value in ids]
    assert list(stored.persons["rater"]) == [KEY.of(value) for value in ids]


@pytest.mark.parametrize("place", [0, 11, 2400, 4999])
@pytest.mark.parametrize("dtype", ["float64", "object"])
def test_one_number_far_down_a_long_column_of_short_ids_is_found(place: int, dtype: str) -> None:
    rows = 5000
    answers = {"s_1": [1.0, 2.0] * (rows // 2), "s_2": [3.0, 4.0] * (rows // 2), "enhed": ["A1"] * rows}
    found, told = {}, ""
    for kind, secret in {"plain": 0, "cpr": int(cpr(3)), "phone": 28_394_051, "missing": 99_999_999}.items():
        ids = [float(n + 1) for n in range(rows)]
        if secret:
            ids[place] = float(secret)
        made = ids if dtype == "float64" else [str(int(value)) for value in ids]
        try:
            build(export(pd.DataFrame({"id": pd.Series(made, dtype=dtype), **answers})))
        except EvaluationError as error:
            found[kind] = [p.code for p in error.problems]
            told += str(error)
    assert found == {"cpr": ["response-cpr"], "phone": ["response-id-identifier-phone"]}
    assert cpr(3) not in told
    assert "28394051" not in told


def test_numbers_that_a_reader_took_for_decimals_are_found() -> None:
    numbers = [int(cpr(n)) for n in range(30)]
    pointed = [float(n) for n in range(500)] + [n / 10_000 for n in numbers]
    data = pd.DataFrame({"x": pointed, "y": [120_491.25, 20_304.5] * 265})
    assert cpr_columns(data) == ("x",)
    assert cpr_rows(data["x"]) == list(range(501, 531))
    assert list(replace_cpr(data["x"], KEY.of))[500:] == [KEY.of(f"{number:010}") for number in numbers]


def test_cpr_as_id_links_waves_that_write_it_otherwise() -> None:
    numbers = [cpr(n) for n in range(4)]
    assert [p.code for p in problems(export(people(id=numbers)))] == ["response-cpr"]

    def linked(ids: list) -> list[str]:
        found: Responses = build(export(people(id=ids)), privacy=Privacy(KEY))
        return list(found.persons["respondent"])

    text = linked(numbers)
    assert linked([f"{n[:6]}-{n[6:]}" for n in numbers]) == text
    assert linked([float(n) for n in numbers]) == text
    assert linked([n.lstrip("0") for n in numbers]) == text
    assert len(set(text)) == 4


def test_answers_and_groups_are_never_identifiers() -> None:
    made = export(people(stilling=["a@b.dk", "c@d.dk", None, None]))
    assert "response-identifier-email" in [p.code for p in problems(made, privacy=Privacy(KEY))]


def test_a_stray_address_among_answers_is_not_told() -> None:
    # the file's own code list, where one cell holds what somebody typed
    made = export(people(s_1=["4", "3", "2", "28394051"]), labels={"s_1": {}})
    report = build(made).report
    assert report is not None
    assert not any("28394051" in f.detail for f in report.findings)


@pytest.mark.parametrize(
    "ids", [["M10001", "M10002"], ["100000001", "100000002"], ["10000001", "10000002", "10000003"], ["a", "b"]]
)
def test_other_ids_stay_as_they_are(ids: list[str]) -> None:
    assert identifier_kind(Variable("id"), pd.Series(ids, dtype=object)) == ""
    stored = build(export(people()))
    assert list(stored.persons["respondent"]) == ["a", "b", "c", "d"]


def test_names_of_columns_tell_too() -> None:
    values = pd.Series(["ÅM", "BD", "IJ"], dtype=object)
    assert identifier_kind(Variable("efternavn"), values) == "name"
    assert identifier_kind(Variable("enhedsnavn"), values) == ""
    digits = pd.Series(["30000001", "30000002"], dtype=object)
    assert identifier_kind(Variable("x", label="Telefon"), digits) == "phone"


def test_pseudonyms_are_keyed_and_capitals_count() -> None:
    assert KEY.of("R_1a") != KEY.of("R_1A")
    assert KEY.of("A@B.dk") == KEY.of("a@b.dk")
    assert KEY.of("a") != Pseudonyms(bytes(32)).of("a")
    # from Python's hmac, computed apart: hmac-sha256(0..31, "evaluation: id\0a")
    assert len(KEY.of("a")) == 32
    assert canonical("  M 1 ") == "M 1"
    assert "0" * 8 not in repr(KEY)
    assert str(KEY.key) not in repr(KEY)


def test_the_key_lies_outside_and_is_never_replaced(tmp_path: Path) -> None:
    root, path = tmp_path / "work", tmp_path / "keys" / "panel.key"
    root.mkdir()
    made = create_key(root, path)
    assert len(path.read_bytes()) == 32
    assert path.stat().st_mode & 0o077 == 0
    assert load_key(root, made.fingerprint, path) == made
    assert load_key(root, made.fingerprint.upper(), path) == made
    cases = {
        "panel-key-exists": lambda: create_key(root, path),
        "panel-key-inside": lambda: create_key(root, root / "data" / "panel.key"),
        "panel-key-missing": lambda: load_key(root, made.fingerprint, tmp_path / "lost.key"),
        "panel-key-wrong": lambda: load_key(root, "0" * 16, path),
    }
    for code, attempt in cases.items():
        with pytest.raises(EvaluationError, match=code):
            attempt()
    path.write_bytes(b"short")
    with pytest.raises(EvaluationError, match="panel-key-damaged"):
        load_key(root, made.fingerprint, path)


def test_where_the_key_lies() -> None:
    assert key_path({KEY_ENV: "/x/y.key"}) == Path("/x/y.key")
    assert key_path({"XDG_CONFIG_HOME": "/c"}, "linux") == Path("/c/evaluation/panel.key")
    assert key_path({"APPDATA": "/a"}, "win32") == Path("/a/evaluation/panel.key")
    assert key_path({}, "darwin").parts[-3:] == ("Application Support", "evaluation", "panel.key")
