"""Open answers: screened, masked, chosen and reviewed before anybody may quote them.

In come open answers as the export holds them (read again each time, never stored); out go masked
quotes for a person to decide on, and after that the published ones. Nothing here knows a file of
answers: :mod:`evaluation.workflow.quotes` reads them.
"""
