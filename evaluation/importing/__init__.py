"""One module per export format, detection by content, and :class:`SurveyExport`.

Files come in exactly as received; tables with the metadata that the file itself
carries go out. Nothing here knows an instrument, a plan or what will be counted.
"""
