"""The embedded engine: pandoc and Typst from wheels set the report projects, no download, no code cells.

In: a :class:`~evaluation.reporting.project.Project`. Out: the bytes of html, PDF and docx.
It supports exactly the Quarto features that our documents use, as listed in
``docs/engines.md``, and refuses any other by name, with file and line.
"""
