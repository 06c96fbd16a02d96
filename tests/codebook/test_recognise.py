"""What the words of answers are taken for, in four languages, and what they are not taken for."""

from __future__ import annotations

import pytest

from evaluation.codebook.recognise import language_of, recognise, state_of

# kind, answers from worst to best
SCALES = [
    ("agreement", "Helt uenig|Uenig|Hverken enig eller uenig|Enig|Helt enig"),
    ("agreement", "Meget uenig|Overvejende uenig|Overvejende enig|Meget enig"),
    ("agreement", "Helt uenig|Litt uenig|Verken enig eller uenig|Litt enig|Helt enig"),
    ("agreement", "Strongly disagree|Disagree|Neither agree nor disagree|Agree|Strongly agree"),
    ("agreement", "Stimme überhaupt nicht zu|Stimme eher nicht zu|Teils, teils|Stimme eher zu|Stimme voll und ganz zu"),
    ("agreement", "Trifft überhaupt nicht zu|Trifft eher nicht zu|Trifft eher zu|Trifft voll zu"),
    ("agreement", "Passer slet ikke|Passer dårligt|Passer godt|Passer meget godt"),
    ("frequency", "Aldrig|Sjældent|Af og til|Ofte|Altid"),
    ("frequency", "Aldrig/næsten aldrig|Sjældent|Sommetider|Ofte|Altid"),
    ("frequency", "Aldri|Sjelden|Av og til|Ofte|Alltid"),
    ("frequency", "Never|Rarely|Sometimes|Often|Always"),
    ("frequency", "Nie|Selten|Manchmal|Oft|Immer"),
    ("frequency", "Aldrig|Sjældnere|Månedligt|Ugentligt|Dagligt"),
    ("satisfaction", "Meget utilfreds|Utilfreds|Hverken tilfreds eller utilfreds|Tilfreds|Meget tilfreds"),
    ("satisfaction", "Svært misfornøyd|Misfornøyd|Verken eller|Fornøyd|Svært fornøyd"),
    ("satisfaction", "Not at all satisfied|Not very satisfied|Fairly satisfied|Very satisfied"),
    ("satisfaction", "Sehr unzufrieden|Eher unzufrieden|Weder noch|Eher zufrieden|Sehr zufrieden"),
    ("extent", "Slet ikke|I ringe grad|I nogen grad|I høj grad|I meget høj grad"),
    ("extent", "I meget ringe grad|I ringe grad|Delvist|I høj grad|I meget høj grad"),
    ("extent", "I svært liten grad|I liten grad|I noen grad|I stor grad|I svært stor grad"),
    ("extent", "Not at all|To a small extent|To some extent|To a large extent|To a very large extent"),
    ("extent", "Gar nicht|In geringem Maße|In mittlerem Maße|In hohem Maße|In sehr hohem Maße"),
    ("yes_no", "Nej|Ja"),
    ("yes_no", "Nei|Delvis|Ja"),
    ("yes_no", "No|Yes"),
    ("yes_no", "Nein|Teilweise|Ja"),
    ("importance", "Ikke viktig|Litt viktig|Ganske viktig|Veldig viktig"),
    ("quality", "Meget dårlig|Dårlig|Hverken eller|God|Meget god"),
    ("change", "Meget værre|Værre|Uændret|Bedre|Meget bedre"),
]


@pytest.mark.parametrize(("kind", "words"), SCALES)
@pytest.mark.parametrize("turned", [False, True])
def test_scale_and_direction(kind: str, words: str, turned: bool) -> None:
    answers = words.split("|")
    given = answers[::-1] if turned else answers
    labels = {str(code): label for code, label in enumerate(given, 1)} | {"8": "Ved ikke"}
    found = recognise(labels)
    assert found.kind == kind
    assert [labels[code] for code in found.codes] == answers
    assert found.states == {"8": "ved_ikke"}


@pytest.mark.parametrize(
    ("label", "state"),
    [
        ("Ved ikke", "ved_ikke"),
        ("Vet ikke", "ved_ikke"),
        ("Don't know", "ved_ikke"),
        ("Don’t know", "ved_ikke"),
        ("Weiß nicht", "ved_ikke"),
        ("9. Kan ikke vurdere", "ved_ikke"),
        ("Ikke relevant for mig", "ikke_relevant"),
        ("Ikke relevant/ vet ikke", "ikke_relevant"),
        ("Not applicable", "ikke_relevant"),
        ("Ønsker ikke at svare", "vil_ikke_svare"),
        ("Keine Angabe", "vil_ikke_svare"),
        ("Var her ikke før", "var_her_ikke"),
        ("Annet/vil ikke svare", ""),
        ("Ikke viktig", ""),
        ("Nej, ved lov", ""),
    ],
)
def test_states(label: str, state: str) -> None:
    assert state_of(label) == state


def test_ends_named_numbers_between() -> None:
    found = recognise({"1": "I liten grad", "2": "2", "3": "3", "4": "I stor grad"})
    assert (found.kind, found.codes) == ("extent", ("1", "2", "3", "4"))


def test_codes_that_follow_no_order_are_sorted_by_their_words() -> None:
    found = recognise({"5": "Ofte", "1": "Aldrig", "7": "Altid", "2": "Sjældent"})
    assert found.codes == ("1", "2", "5", "7")
    found = recognise({"11": "Ofte", "3": "Altid", "4": "Aldrig"})
    assert found.codes == ("4", "11", "3")


@pytest.mark.parametrize(
    "labels",
    [
        {"1": "Pædagog", "2": "Leder"},
        {"1": "Norge", "2": "Sverige eller Danmark", "3": "Asia"},
        {"1": "Har faget dette skoleåret", "2": "Hadde på VG 1", "3": "Skal velge neste skoleår"},
        {"1": "Helt enig", "2": "Aldrig", "3": "Ja"},
        {"1": "Enig"},
        {"1": "Dansk", "2": "Norsk"},
        {},
    ],
)
def test_no_order_is_read_into_other_answers(labels: dict[str, str]) -> None:
    found = recognise(labels)
    assert found.kind is None
    assert found.codes == tuple(labels)


def test_missing_declared_labelled_and_doubtful() -> None:
    labels = {
        "1": "Uenig",
        "2": "Enig",
        "3": "Helt enig",
        "9": "Ubesvaret",
        "97": "Ved ikke",
        "99": "Andet",
        "-1": "Fejl",
    }
    found = recognise(labels, frozenset({"97"}))
    assert found.codes == ("1", "2", "3")
    assert found.states == {"97": "ved_ikke"}
    assert found.missing == ("9",)
    assert found.doubtful == ("99", "-1")
    # a declared code stays away even where its words would fit
    assert recognise({"1": "Uenig", "2": "Enig", "3": "Helt enig"}, frozenset({"3"})).codes == ("1", "2")


def test_a_nine_point_scale_is_whole() -> None:
    labels = {str(n): str(n) for n in range(1, 11)}
    found = recognise(labels)
    assert (found.kind, found.codes, found.doubtful) == ("numbers", tuple(labels), ())


@pytest.mark.parametrize(
    ("language", "texts"),
    [
        ("da", ["Jeg oplever, at vi har tid til børnene", "Ved ikke"]),
        ("no", ["Jeg opplever at vi har tid til meg og det av", "Vet ikke", "I svært stor grad"]),
        ("en", ["I know how my work is going", "Agree"]),
        ("de", ["Ich bin mit der Arbeit sehr zufrieden"]),
    ],
)
def test_language(language: str, texts: list[str]) -> None:
    assert language_of(texts) == language
