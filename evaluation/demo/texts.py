"""Invented open answers: no names, no places, all punctuation that csv files stumble over."""

from __future__ import annotations

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
