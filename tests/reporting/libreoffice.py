"""A document changed by LibreOffice itself: its own recording of changes, its own comments, its own file."""

from __future__ import annotations

import subprocess
from pathlib import Path
from xml.sax.saxutils import escape

_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE script:module PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "module.dtd">
<script:module xmlns:script="http://openoffice.org/2000/script" script:name="Module1" script:language="StarBasic">
"""
_LIBRARY = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE library:library PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "library.dtd">
<library:library xmlns:library="http://openoffice.org/2000/library" library:name="Standard" library:readonly="false"
 library:passwordprotected="false"><library:element library:name="Module1"/></library:library>
"""
_BASIC = """
Function FindIt(doc, what As String)
  Dim d
  d = doc.createSearchDescriptor()
  d.SearchString = what
  d.SearchCaseSensitive = True
  FindIt = doc.findFirst(d)
  If IsNull(FindIt) Then Err.Raise(5)
End Function
Sub Change(doc, what As String, into As String)
  FindIt(doc, what).setString(into)
End Sub
Sub Remark(doc, what As String, says As String)
  Dim f, a
  f = FindIt(doc, what)
  a = doc.createInstance("com.sun.star.text.textfield.Annotation")
  a.Author = "Bo Bemærker"
  a.Content = says
  f.Text.insertTextContent(f, a, True)
End Sub
Sub Below(doc, what As String, added As String)
  Dim f, c
  f = FindIt(doc, what)
  c = f.Text.createTextCursorByRange(f.End)
  c.gotoEndOfParagraph(False)
  f.Text.insertControlCharacter(c, com.sun.star.text.ControlCharacter.PARAGRAPH_BREAK, False)
  f.Text.insertString(c, added, False)
End Sub
Sub Away(doc, what As String)
  Dim f, c
  f = FindIt(doc, what)
  c = f.Text.createTextCursorByRange(f.Start)
  c.gotoStartOfParagraph(False)
  c.gotoNextParagraph(True)
  c.setString("")
End Sub
Sub Main
  Dim doc
  Dim hidden(0) As New com.sun.star.beans.PropertyValue
  hidden(0).Name = "Hidden"
  hidden(0).Value = True
  doc = StarDesktop.loadComponentFromURL(ConvertToURL("{source}"), "_blank", 0, hidden())
{steps}
  Dim kind(0) As New com.sun.star.beans.PropertyValue
  kind(0).Name = "FilterName"
  kind(0).Value = "MS Word 2007 XML"
  doc.storeToURL(ConvertToURL("{target}"), kind())
  doc.close(True)
End Sub
</script:module>
"""


def change(source: Path, target: Path, steps: list[tuple[str, ...]], home: Path) -> None:
    """Make ``target`` of ``source``: each step is a word of the macro above and its texts, or record on, off."""
    run = ["soffice", f"-env:UserInstallation={home.as_uri()}", "--headless", "--norestore"]
    basic = home / "user" / "basic" / "Standard"
    # The first start makes the profile, and would write over a macro that stands there already.
    subprocess.run([*run, "--terminate_after_init"], capture_output=True, timeout=120, check=False)
    basic.mkdir(parents=True, exist_ok=True)
    lines = []
    for name, *texts in steps:
        if name == "record":
            lines.append(f"  doc.RecordChanges = {texts[0] == 'on'}")
        else:
            quoted = ", ".join('"' + text.replace('"', '""') + '"' for text in texts)
            lines.append(f"  {name}(doc, {quoted})")
    body = _BASIC.replace("{source}", str(source)).replace("{target}", str(target)).replace("{steps}", "\n".join(lines))
    module, _, end = body.rpartition("</script:module>")
    (basic / "Module1.xba").write_text(_HEAD + escape(module) + "</script:module>" + end, encoding="utf-8")
    (basic / "script.xlb").write_text(_LIBRARY, encoding="utf-8")
    subprocess.run([*run, "macro:///Standard.Module1.Main"], capture_output=True, timeout=180, check=False)
    assert target.is_file(), "LibreOffice wrote nothing"
