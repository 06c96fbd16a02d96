"""Published numbers as workbooks: ``tabelbilag.xlsx`` and the numbers behind every figure.

In come the context of a report and its pieces; out go the bytes of two workbooks and a small html table a
figure. Nothing here sees a number that did not pass the gate, and no cell is ever a formula.
"""

#: Names of the workbooks beside the documents, in every language.
APPENDIX, FIGURES = "tabelbilag.xlsx", "figurdata.xlsx"
WORKBOOKS = (APPENDIX, FIGURES)
