"""Who is quoted, as what, in which order."""

from dataclasses import dataclass

import pytest

from evaluation.disclosure.opentext.screen import Screener
from evaluation.disclosure.opentext.select import offer, within_share
from evaluation.plan.model import Disclosure

KEY = bytes(range(32))
OTHER = bytes(range(1, 33))
SCREENER = Screener.of(())
WORDS = (
    *("ro", "tid", "leg", "sang", "kage", "grin", "vand", "sol", "plads", "mod", "luft", "snak", "tillid", "skov"),
    *("bold", "bog", "ler", "farver", "musik", "teater", "haver", "dyr", "blade", "sten"),
)


@dataclass(frozen=True)
class Said:
    survey: str
    wave: str
    question: str
    person: str
    role: str
    text: str


def wish(i):
    return f"vi ønsker {WORDS[i % 24]} og {WORDS[(i * 7 + 3) % 24]} nr hver {'e' * i} dag"


def said(n, role="", wave="2024", question="q", start=0, text=None):
    return [Said("s", wave, question, f"{wave}-p{i}", role, text or wish(i)) for i in range(start, start + n)]


def offered(answers, key=KEY, threshold=5, **quotes):
    return offer(answers, SCREENER, Disclosure.model_validate({"threshold": threshold, "quotes": quotes}), key)


def roles(found):
    return sorted({c.role for c in found.candidates})


def test_a_question_of_few_people_is_not_quoted():
    assert offered(said(4)).left_out == {"under_taersklen": 4}
    assert len(offered(said(5)).candidates) == 5
    many_from_few = said(3) + said(3, question="q", wave="2024", text="noget helt andet end før er sagt her")
    assert offered(many_from_few).candidates == ()


def test_small_roles_go_together_and_are_quoted_by_none():
    assert roles(offered(said(9, "paedagog") + said(5, "leder", start=20))) == ["leder", "paedagog"]
    # four leaders alone would be known by being the only ones without a role: the next smallest goes with them
    found = offered(said(9, "paedagog") + said(6, "medhjaelper", start=10) + said(4, "leder", start=20))
    assert roles(found) == ["", "paedagog"]
    assert sum(c.role == "" for c in found.candidates) == 10
    assert roles(offered(said(9, "paedagog") + said(4, "leder", start=20))) == [""]


@pytest.mark.parametrize(("allowed", "last", "told"), [(True, 10, True), (True, 9, False), (False, 10, False)])
def test_wave_only_where_allowed_and_ten_in_every_wave(allowed, last, told):
    answers = said(12, "paedagog", "2020") + said(last, "paedagog", "2024")
    assert all((c.wave != "") == told for c in offered(answers, wave=allowed).candidates)


def test_no_wave_without_a_role():
    assert {c.wave for c in offered(said(30), wave=True).candidates} == {""}


def test_order_and_numbers_tell_nothing_of_the_file():
    answers = said(40)
    ids = [c.id for c in offered(answers).candidates]
    assert ids == sorted(ids)
    assert ids == [c.id for c in offered(list(reversed(answers))).candidates]
    order = [answers.index(next(a for a in answers if a.text == c.original)) for c in offered(answers).candidates]
    other = offered(answers, OTHER).candidates
    again = [answers.index(next(a for a in answers if a.text == c.original)) for c in other]
    assert order != sorted(order)
    assert order != again
    assert not set(ids) & {c.id for c in other}


def test_numbers_stay_when_answers_are_added():
    before = {c.original: c.id for c in offered(said(10)).candidates}
    after = {c.original: c.id for c in offered(said(15)).candidates}
    assert before.items() <= after.items()


def test_short_long_and_masked_answers_are_left_out():
    texts = ["Ingen kommentarer", "NA", "hest " * 8000, "Hanne, Karina, Ulla, Lone, Birgit og så de to", "👍👍👍"]
    odd = [Said("s", "2024", "q", f"x{i}", "", text) for i, text in enumerate(texts)]
    found = offered(said(6) + odd)
    assert found.left_out == {"for_kort": 3, "for_langt": 1, "mest_maskeret": 1}
    assert len(offered(said(6) + odd, fewest_words=1).candidates) > len(found.candidates)


def test_one_person_has_at_most_the_share():
    loud = [
        Said("s", "2024", "q", "h", "", f"jeg mener {w} er vigtigere end alt {i * 'a'}") for i, w in enumerate(WORDS)
    ]
    found = offered(said(20) + loud, most_share=0.1)
    mine = sum(c.person == "h" for c in found.candidates)
    assert 1 <= mine <= 0.1 * len(found.candidates)
    assert found.left_out["samme_person"] == 24 - mine
    assert within_share(found.candidates[:1], 0.01) == [found.candidates[0]]


def test_the_same_words_twice_and_nearly_the_same():
    twice = said(1, text="vi har det godt og vi hjælper hinanden hver dag") * 2
    near = [Said("s", "2024", "q", "z", "", "Vi har det godt, og vi hjælper hinanden hver eneste dag!")]
    found = offered(said(8, start=3) + twice + near)
    assert found.left_out == {"gentaget": 1}
    flagged = [c for c in found.candidates if "dublet" in c.flags]
    assert len(flagged) == 1
    assert flagged[0].alike in {c.id for c in found.candidates} - {flagged[0].id}


def test_repr_holds_no_words_and_no_person():
    told = repr(
        offered([*said(6), Said("s", "2024", "q", "hemmelig-id", "", "Hanne siger altid pænt godmorgen til os")])
    )
    assert "Hanne" not in told
    assert "hemmelig-id" not in told
