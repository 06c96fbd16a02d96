"""First drafts of chapters: published tables and the catalogue's sentences in, prose with claims in place out.

What goes out is Markdown that a person goes on writing in: numbers are keys, every judgement is a claim
(``[er steget]{.tjek hvis="…"}``), figures and tables are included where they are spoken of. Nothing here writes a file.
"""
