"""Commands, progress and error panels: words in, calls to ``workflow``, words out."""
