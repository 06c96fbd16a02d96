"""Invented open answers: with all punctuation that csv files stumble over, and with names that must be masked.

Names, places and numbers are invented; nobody is meant.
"""

from __future__ import annotations

from itertools import product

import numpy as np

COMMENTS: tuple[str, ...] = (
    "Vi hjælper hinanden; det mærker børnene.",
    'Kollegerne siger tit "vi prøver bare" – og så gør vi det.',
    "NA",
    "Gode børn, gode kolleger, for lidt tid",
    "Der er brug for 10 minutter mere om morgenen …",
    "At jeg selv må vælge\nog kan lave om, når dagen kræver det.",
    "Null papirarbejde ville være dejligt; jeg skriver stadig meget.",
    "Mere ro, flere bøger, færre skemaer.",
    "Stuen er slidt, men humøret er højt",
    "½ times forberedelse om ugen for 0 € – det rækker ikke.",
    "Ingen kommentarer",
    "Det bedste er turene i skoven. Det næstbedste er kaffen.",
)
OTHER: tuple[str, ...] = (
    "Podcast",
    "Mine egne børn",
    "Naturen; året rundt",
    "Besøg i andre dagtilbud",
)
_BEGIN: tuple[str, ...] = (
    "At vi selv planlægger dagen",
    "Når børnene kommer løbende om morgenen",
    "Samarbejdet med forældrene",
    "At {navn} altid har tid til en snak",
    "Stemningen i personalerummet",
    "Turene ud af huset hver uge",
    "At vores leder tør lade os prøve noget af",
    "De lange lege, som ingen afbryder",
    "Hos os i {hus} er der plads til fejl",
    "Min kollega {navn}, som aldrig giver op",
    "At der er færre skemaer end før",
    "Ro til at læse en hel bog færdig",
)
_END: tuple[str, ...] = (
    ", det giver energi resten af ugen.",
    ". Det mærker man på børnene.",
    " – og så må papirerne vente.",
    ", selv om vi stadig mangler hænder.",
    ". Sådan var det ikke, da jeg begyndte i 2016.",
    ", men pausen ryger for tit.",
    ". Ring gerne på {telefon}, hvis I vil høre mere.",
    ", og det skal {navn} have ros for.",
    ". Til gengæld er lokalerne slidte.",
    ", især om fredagen, hvor vi går i skoven.",
    ". Jeg ville ønske, at alle huse havde det sådan.",
    ", og det smitter af på overgangen til skolen.",
)
_NAMES = ("Hanne", "Mette Lund", "Karina", "Ahmed", "Bo", "Lone", "Yusuf", "Vibeke", "Søren", "Trine Madsen")
_HOUSES = ("Kobberuglen", "Nordlygten", "Papirfyret", "Stjernekarret", "Glasvinden")
# No subscriber's number begins with a nought.
_PHONES = ("01 02 03 04", "01020305", "+45 01 02 03 06")


def told_comments(rng: np.random.Generator, count: int) -> list[str]:
    """``count`` longer comments, hardly two alike."""
    pairs = list(product(_BEGIN, _END))
    order = rng.permutation(np.resize(np.arange(len(pairs)), max(count, len(pairs))))[:count]
    made = []
    for place in order:
        text = "".join(pairs[place])
        for word, choices in (("navn", _NAMES), ("hus", _HOUSES), ("telefon", _PHONES)):
            text = text.replace("{" + word + "}", choices[rng.integers(len(choices))])
        made.append(text)
    return made
