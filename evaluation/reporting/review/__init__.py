"""A reviewed Word file comes back: comments and changes at their source lines, pure prose put into it.

In: a ``.docx`` that we rendered and somebody changed, and the report project as it is today. Out: a list of
comments and changes, each with file and line and with whether it can be put into the prose, or why not; on
request the prose files with the changes in them. The Word file is data: nothing in it is run, and its words are
escaped before they become Markdown.
"""
