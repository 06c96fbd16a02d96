-- Kun for Quarto, og før rapport.lua: det, den indbyggede motor gør anderledes, bliver ens her.

local function is(format)
  return FORMAT:match(format) ~= nil
end

local function styled(content, style, identifier)
  return pandoc.Div(content, pandoc.Attr(identifier or "", {}, { ["custom-style"] = style }))
end

local function field(prefix, number)
  return pandoc.RawInline("openxml",
    '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve"> SEQ ' .. prefix ..
    ' \\* ARABIC </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:rPr><w:b/></w:rPr><w:t>' ..
    number .. '</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>')
end

-- "Figur 1" bliver fed, og nummeret et felt, som Word selv kan tælle videre på.
local function caption(inlines)
  local rest = inlines:filter(function(inline) return inline.t ~= "RawInline" end)
  local label, space, number = rest[1], rest[2], rest[3]
  if #rest < 3 or label.t ~= "Str" or number.t ~= "Str" or not number.text:match("^%d+$") then
    return rest
  end
  for _ = 1, 3 do rest:remove(1) end
  if #rest > 0 and rest[1].t == "Space" then rest:remove(1) end
  rest:insert(1, pandoc.Str("\u{2002}"))
  rest:insert(1, pandoc.Strong({ label, space, field(label.text, number.text) }))
  return rest
end

-- I Word lægger Quarto figurer og tabeller i en tabel med én celle, med streger og midterstillet tekst.
local function unboxed(tbl)
  local rows = #tbl.bodies == 1 and tbl.bodies[1].body or {}
  if #tbl.colspecs ~= 1 or #rows ~= 1 or #rows[1].cells ~= 1 then return end
  local contents = rows[1].cells[1].contents
  local box = contents[1]
  if #contents ~= 1 or box.t ~= "Div" or not (box.identifier:match("^fig%-") or box.identifier:match("^tbl%-")) then
    return
  end
  local blocks = pandoc.List(box.content)
  local head = blocks:remove(1)
  if not head or head.t ~= "Para" then return end
  local made = pandoc.List({ styled({ pandoc.Para(caption(head.content)) }, "caption", box.identifier) })
  if box.identifier:match("^fig%-") then
    made:insert(styled(blocks, "Figure"))
  else
    made:extend(blocks)
  end
  return made
end

-- Lige brede søjler er Quartos egne; rapport.lua regner dem ud efter indholdet.
local function own_widths(tbl)
  local first = tbl.colspecs[1] and tbl.colspecs[1][2]
  if not first then return end
  for _, spec in ipairs(tbl.colspecs) do
    if math.abs((spec[2] or 0) - first) > 1e-6 then return end
  end
  for _, spec in ipairs(tbl.colspecs) do spec[2] = nil end
  return tbl
end

local function image(img)
  local text = img.attributes["fig-alt"] or img.attributes.alt
  if text and #img.caption == 0 then
    img.caption = pandoc.Inlines({ pandoc.Str(text) })
    return img
  end
end

-- "1. Indledning" og "1.1 Formål" får nummer og tabulator som i indholdsfortegnelsen.
local function header(el)
  local number = el.attributes.number
  if not number or #el.content < 3 or pandoc.utils.stringify(el.content[1]) ~= number then return end
  el.content[2] = pandoc.RawInline("openxml", "<w:r><w:tab/></w:r>")
  return el
end

local page_break = pandoc.RawBlock("openxml", '<w:p><w:r><w:br w:type="page"/></w:r></w:p>')

-- Foran et kapitel sætter rapport.lua selv sideskiftet.
local function begins_with_chapter(blocks)
  for _, block in ipairs(blocks) do
    if block.t == "Header" then return block.level == 1 end
    if pandoc.utils.stringify(block) ~= "" then return false end
  end
  return false
end

-- Teksten med nummeret, der står i et felt.
local function words(div)
  return pandoc.utils.stringify(div:walk({
    RawInline = function(raw) return pandoc.Str(raw.text:match("<w:t>(%d+)</w:t>") or "") end,
  }))
end

-- Oversigter over figurer og tabeller som felter; sidetallene sætter Word ind, når felterne opdateres.
local function overviews(doc, english)
  local found = { Figur = pandoc.List(), Tabel = pandoc.List(), Figure = pandoc.List(), Table = pandoc.List() }
  doc.blocks:walk({
    Div = function(div)
      if div.attributes["custom-style"] ~= "caption" then return end
      local text = pandoc.utils.stringify(div)
      local kind = text:match("^(%a+)")
      if found[kind] then found[kind]:insert(div) end
    end,
  })
  local made = pandoc.List()
  local kinds = english and { { "Figure", "Figures" }, { "Table", "Tables" } } or { { "Figur", "Figurer" }, { "Tabel", "Tabeller" } }
  for _, kind in ipairs(kinds) do
    local entries = found[kind[1]]
    if #entries > 0 then made:insert(styled({ pandoc.Para(pandoc.Inlines(kind[2])) }, "TOC Heading")) end
    for place, div in ipairs(entries) do
      local inlines = pandoc.Inlines(words(div))
      if div.identifier ~= "" then inlines = pandoc.Inlines({ pandoc.Link(inlines, "#" .. div.identifier) }) end
      if place == 1 then
        inlines:insert(1, pandoc.RawInline("openxml",
          '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve"> TOC \\h \\z \\c "' .. kind[1] ..
          '" </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>'))
      end
      if place == #entries then
        inlines:insert(pandoc.RawInline("openxml", '<w:r><w:fldChar w:fldCharType="end"/></w:r>'))
      end
      made:insert(styled({ pandoc.Para(inlines) }, "table of figures"))
    end
  end
  return made
end

-- Forsidens afsender og mærke, så kolofonen, så indholdsfortegnelsen, så teksten.
local function front(doc)
  local meta = doc.meta
  local before = pandoc.List()
  local function line(key, style, prefix)
    if meta[key] then
      before:insert(styled({ pandoc.Para(pandoc.Inlines((prefix or "") .. pandoc.utils.stringify(meta[key]))) }, style))
    end
  end
  if not meta.date then line("aar", "Date") end
  line("projekt", "Afsender", "Projekt ")
  line("fiktiv", "Fiktiv")
  if meta["logo-word"] then
    local text = pandoc.Inlines(pandoc.utils.stringify(meta["logo-tekst"] or ""))
    local picture = pandoc.Image(text, pandoc.utils.stringify(meta["logo-word"]), "", pandoc.Attr("", {}, { height = "15mm" }))
    before:insert(styled({ pandoc.Para({ picture }) }, "Afsender"))
  end
  local colophon, rest = pandoc.List(), pandoc.List()
  for _, block in ipairs(doc.blocks) do
    local into = block.t == "Div" and block.classes:includes("kolofon") and colophon or rest
    into:insert(block)
  end
  if #before + #colophon > 0 then before:insert(page_break) end
  before:extend(colophon)
  if #colophon > 0 then before:insert(page_break) end
  if meta.figurliste then
    local lists = overviews(doc, meta.lang and pandoc.utils.stringify(meta.lang):match("^en") ~= nil)
    if #lists > 0 and not begins_with_chapter(rest) then lists:insert(page_break) end
    if #lists > 0 then lists:insert(1, page_break) end
    lists:extend(rest)
    rest = lists
  end
  if PANDOC_WRITER_OPTIONS.table_of_contents and not meta.figurliste and not begins_with_chapter(rest) then rest:insert(1, page_break) end
  meta["include-before"] = pandoc.MetaBlocks(before)
  -- Word får kun nøgleord, der er en liste.
  if pandoc.utils.type(meta.keywords) == "Inlines" then meta.keywords = pandoc.MetaList({ meta.keywords }) end
  return pandoc.Pandoc(rest, meta)
end

-- I html bliver "Figur 1" fed, som i den indbyggede motor.
local function numbered(div)
  if not div.classes:includes("quarto-scaffold") or #div.content < 2 then return end
  local start, text = div.content[1], div.content[2]
  if start.t ~= "RawBlock" or not start.text:match("^<figcaption") or text.t ~= "Plain" then return end
  local inlines = text.content
  if #inlines < 3 or inlines[1].t ~= "Str" or not (inlines[3].text or ""):match("^%d+$") then return end
  local label = pandoc.Inlines({ inlines:remove(1), inlines:remove(1), inlines:remove(1) })
  inlines:insert(1, pandoc.Span(label, pandoc.Attr("", { "nummer" })))
  text.content = inlines
  div.content[2] = text
  return div
end

-- En tegning med bogstaver bliver en del af siden, så bogstaverne har sidens skrift (html.py gør det samme). En
-- tegning med script forbliver et billede, hvor intet kan køre.
local function drawing(img)
  local file = img.src:match("%.svg$") and io.open(img.src, "r")
  if not file then return end
  local code = file:read("a")
  file:close()
  local lower = code:lower()
  local start = code:find("<svg", 1, true)
  if not start or not lower:find("<text", 1, true) then return end
  for _, unsafe in ipairs({ "<script", "<foreignobject", "javascript:", "%son%w+%s*=" }) do
    if lower:find(unsafe) then return end
  end
  local mark = img.src:match("([^/]+)%.svg$"):gsub("[^%w_-]", "-") .. "-"
  code = code:sub(start):gsub("<metadata>.-</metadata>", "")
  code = code:gsub('%f[%w]id="([^"]+)"', 'id="' .. mark .. '%1"'):gsub("url%(#([^)]+)%)", "url(#" .. mark .. "%1)")
  code = code:gsub('href="#([^"]+)"', 'href="#' .. mark .. '%1"')
  local head, rest = code:match("^(<svg.->)(.*)$")
  if head:find("viewBox", 1, true) then head = head:gsub('%s(width)="[^"]*"', ""):gsub('%s(height)="[^"]*"', "") end
  local words = img.attributes["fig-alt"] or img.attributes.alt or pandoc.utils.stringify(img.caption)
  words = words:gsub("&", "&amp;"):gsub('"', "&quot;"):gsub("<", "&lt;"):gsub(">", "&gt;")
  head = "<svg role=\"img\" aria-label=\"" .. words .. "\"" .. head:sub(5)
  return pandoc.RawInline("html", '<span class="tegning">' .. head .. rest .. "</span>")
end

if is("docx") then
  return { { Image = image, Header = header, Table = own_widths }, { Table = unboxed }, { Pandoc = front } }
elseif is("html") then
  return { { Image = drawing, Div = numbered } }
end
return {}
