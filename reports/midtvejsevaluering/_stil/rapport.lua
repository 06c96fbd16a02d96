-- Rapportens egne blokke i pdf og Word, og tabellernes bredder. Bruges af Quarto og af den indbyggede motor.

local typst_name = {
  anm = "anm", udeladt = "udeladt", fiktiv = "fiktivboks", citat = "citat", kolofon = "kolofon",
}
local word_style = {
  hovedpointer = "Hovedpointer", anm = "Anm", udeladt = "Udeladt", fiktiv = "Fiktiv", citat = "Citat", kolofon = "Kolofon",
}
local line_length = 100
local english = false
local set_with = nil

local function is(format)
  return FORMAT:match(format) ~= nil
end

local function around(before, content, after)
  local blocks = pandoc.List({ pandoc.RawBlock("typst", before) })
  blocks:extend(content)
  blocks:insert(pandoc.RawBlock("typst", after))
  return blocks
end

-- En boks med hovedpointer får sin overskrift her, medmindre den selv begynder med en (fed linje eller overskrift).
local function main_points(div)
  local title = pandoc.Inlines(english and "Main points" or "Hovedpointer")
  local content = div.content
  if div.attributes.title then
    title = pandoc.Inlines(div.attributes.title)
  elseif #content > 0 and content[1].t == "Header" then
    title = content[1].content
    content = pandoc.Blocks({ table.unpack(content, 2) })
  elseif #content > 0 and content[1].t == "Para" and #content[1].content == 1 and content[1].content[1].t == "Strong" then
    title = content[1].content[1].content
    content = pandoc.Blocks({ table.unpack(content, 2) })
  end
  return title, content
end

local colours = {}

-- I Word er en boks en tabel med én celle: den holder sammen på lister og kan rettes som al anden tekst.
local function word_box(content, edge, fill)
  local blocks = pandoc.List({ pandoc.RawBlock("openxml",
    '<w:tbl><w:tblPr><w:tblW w:w="8718" w:type="dxa"/><w:tblInd w:w="240" w:type="dxa"/><w:tblBorders><w:left w:val="single" w:sz="36" w:space="0" w:color="' ..
    edge .. '"/></w:tblBorders><w:tblLayout w:type="fixed"/><w:tblCellMar><w:top w:w="140" w:type="dxa"/>' ..
    '<w:left w:w="240" w:type="dxa"/><w:bottom w:w="100" w:type="dxa"/><w:right w:w="200" w:type="dxa"/></w:tblCellMar>' ..
    '</w:tblPr><w:tblGrid><w:gridCol w:w="8718"/></w:tblGrid><w:tr><w:tc><w:tcPr><w:tcW w:w="8718" w:type="dxa"/>' ..
    '<w:shd w:val="clear" w:color="auto" w:fill="' .. fill .. '"/></w:tcPr>') })
  blocks:extend(content)
  blocks:insert(pandoc.RawBlock("openxml", "</w:tc></w:tr></w:tbl>"))
  blocks:insert(pandoc.RawBlock("openxml",
    '<w:p><w:pPr><w:spacing w:before="0" w:after="120" w:line="120" w:lineRule="exact"/></w:pPr></w:p>'))
  return blocks
end

-- Kolofonen slutter med den motor, der har sat rapporten; det ved kun den, der sætter den.
local function colophon(div)
  if set_with then
    div.content:insert(pandoc.Para(set_with))
    set_with = nil
  end
  return div
end

-- Kun hele afsnit tager imod en typografi i Word.
local function word_style_of(blocks, style)
  blocks = pandoc.Blocks(blocks):map(function(block)
    return block.t == "Plain" and pandoc.Para(block.content) or block
  end)
  return pandoc.Div(blocks, pandoc.Attr("", {}, { ["custom-style"] = style }))
end

-- Anmærkning og kilde holdes på samme side i Word.
local function word_note(div)
  local blocks = pandoc.List()
  for i, block in ipairs(div.content) do
    blocks:insert(word_style_of({ block }, i < #div.content and "Anm Sammen" or "Anm"))
  end
  return blocks
end

local function boxed(div, class)
  if class == "kolofon" then div = colophon(div) end
  if class == "hovedpointer" then
    local title, content = main_points(div)
    if is("typst") then
      local head = pandoc.Inlines({ pandoc.RawInline("typst", "#hovedpointer([") })
      head:extend(title)
      head:insert(pandoc.RawInline("typst", "])["))
      local blocks = pandoc.List({ pandoc.Plain(head) })
      blocks:extend(content)
      blocks:insert(pandoc.RawBlock("typst", "]"))
      return blocks
    elseif is("docx") then
      local head = pandoc.Div({ pandoc.Para(title) }, pandoc.Attr("", {}, { ["custom-style"] = "Hovedpointer Titel" }))
      local body = pandoc.List({ head })
      body:extend(content)
      return word_box(body, colours.secondary, colours.light)
    else
      local head = pandoc.Div({ pandoc.Para(title) }, pandoc.Attr("", { "hovedpointer-titel" }))
      return pandoc.Div({ head, table.unpack(content) }, pandoc.Attr(div.identifier, div.classes))
    end
  elseif class == "fiktiv" and is("docx") then
    return word_box(div.content, colours.accent, colours.tertiary)
  elseif is("typst") then
    return around("#" .. typst_name[class] .. "[", div.content, "]")
  elseif class == "anm" and is("docx") then
    return word_note(div)
  elseif is("docx") then
    div.attributes["custom-style"] = word_style[class]
    return div
  else
    return div
  end
end

local function page_break()
  if is("typst") then
    return pandoc.RawBlock("typst", "#pagebreak(weak: true)")
  elseif is("docx") then
    return pandoc.RawBlock("openxml", '<w:p><w:r><w:br w:type="page"/></w:r></w:p>')
  end
  return pandoc.RawBlock("html", '<div class="sideskift"></div>')
end

-- Kapitlerne før det første med nummer, og det første med nummer, begynder på en ny side
-- (i pdf sørger typst-template.typ for det).
local function chapters(doc)
  if is("typst") then return nil end
  local blocks, front = pandoc.List(), true
  for _, block in ipairs(doc.blocks) do
    if front and block.t == "Header" and block.level == 1 then
      front = block.classes:includes("unnumbered")
      local above = blocks[#blocks]
      if not is("docx") then
        block.classes:insert("ny-side")
      elseif not (above and above.t == "RawBlock" and above.text:match('w:type="page"')) then
        blocks:insert(page_break())
      end
    end
    blocks:insert(block)
  end
  doc.blocks = blocks
  return doc
end

local function callout(el)
  local title = pandoc.Div(el.content[1].content, pandoc.Attr("", {}, { ["custom-style"] = "Bemærk Titel" }))
  local body = pandoc.List({ title })
  body:extend(el.content[2].content)
  return word_box(body, colours.accent, colours.tertiary)
end

-- Typst læser "7." eller "+" først i et afsnit som en liste; pandoc skriver dem, som de er.
local function first_sign(block)
  local first = block.content[1]
  if not first or first.t ~= "Str" then return end
  local text = first.text
  local sign, rest = text:match("^(%d+%.)(.*)$")
  if not sign then sign, rest = text:match("^([-+=/])(.*)$") end
  if not sign then return end
  block.content[1] = pandoc.Str(rest)
  block.content:insert(1, pandoc.RawInline("typst", sign:gsub("([-+=/.])", "\\%1")))
  return block
end

-- [tekst]{.tjek hvis="…"} holder, når rapporten sættes færdig, og er så almindelig tekst; et udkast mærker de udsagn,
-- der ikke holder, med dagens tal. [12]{.tal} er et tal, nogen med vilje har skrevet i hånden.
local broken = {}

local function claim(span)
  local checked, typed = span.classes:includes("tjek"), span.classes:includes("tal")
  if not (checked or typed) then return end
  local condition = (span.attributes.hvis or ""):gsub("\u{a0}", " "):gsub("%s+", " "):gsub("^ ", ""):gsub(" $", "")
  local note = checked and broken[pandoc.utils.sha1(condition)]
  span.attributes.hvis = nil
  span.classes = span.classes:filter(function(class) return class ~= "tjek" and class ~= "tal" end)
  local plain = span.identifier == "" and #span.classes == 0 and #span.attributes == 0
  local content = plain and span.content or pandoc.Inlines({ span })
  if not note then return content end
  local made = pandoc.Inlines({})
  if is("typst") then
    made:insert(pandoc.RawInline("typst", "#tjekbrudt["))
    made:extend(content)
    made:insert(pandoc.RawInline("typst", "]["))
    made:extend(note)
    made:insert(pandoc.RawInline("typst", "]"))
    return made
  end
  local word = is("docx")
  made:insert(pandoc.Span(content, pandoc.Attr("", { "tjek-brudt" }, word and { ["custom-style"] = "Tjek Brudt" } or {})))
  made:insert(pandoc.Space())
  made:insert(pandoc.Span(note, pandoc.Attr("", { "tjek-note" }, word and { ["custom-style"] = "Tjek Note" } or {})))
  return made
end

-- Tallene bag en figur foldes ud under den i html. De hentes her som færdig html (_resultater/FIGUR.htm), så at
-- de hverken skal læses som Markdown eller bæres med ud i pdf og Word.
local function numbers_behind(el)
  local name = el.attributes.figur
  if not is("html") or not name or not name:match("^[%w_-]+$") then return {} end
  local file = io.open("_resultater/" .. name .. ".htm", "r")
  if not file then return {} end
  local content = file:read("a")
  file:close()
  return pandoc.RawBlock("html", content)
end

local function div(el)
  if el.classes:includes("figurtal") then return numbers_behind(el) end
  if el.classes:includes("callout") and is("docx") and #el.content == 2 and el.content[1].t == "Div" then
    return callout(el)
  end
  if el.classes:includes("sideskift") then
    return page_break()
  end
  for class, _ in pairs(word_style) do
    if el.classes:includes(class) then
      return boxed(el, class)
    end
  end
end

-- Tabellens rækker med det, der bliver spurgt om: pandoc laver en ny kopi, hver gang en celle eller dens tekst hentes.
local function rows_of(tbl)
  local found = {}
  local function add(rows, part)
    for _, row in ipairs(rows) do
      local list, cells = row.cells, {}
      for i, cell in ipairs(list) do cells[i] = { cell = cell, span = cell.col_span } end
      table.insert(found, { row = row, list = list, cells = cells, part = part, head = part == "head" })
    end
  end
  add(tbl.head.rows, "head")
  for _, body in ipairs(tbl.bodies) do add(body.body, "body") end
  add(tbl.foot.rows, "foot")
  return found
end

local function text_of(known)
  if not known.text then known.text = pandoc.utils.stringify(known.cell.contents) end
  return known.text
end

local function size_of(known)
  local text = text_of(known)
  return utf8.len(text) or #text
end

-- Tabeller uden angivne bredder fylder linjen: tal smalt, tekst det, der er tilbage.
local function widths(rows, aligned)
  local need = {}
  for _, row in ipairs(rows) do
    for i, known in ipairs(row.cells) do
      if known.span > 1 then break end
      local size = size_of(known)
      if row.head then
        local longest = 0
        for word in text_of(known):gmatch("%S+") do longest = math.max(longest, utf8.len(word) or #word) end
        size = math.max(longest, math.min(size, 14)) * 1.2
      end
      need[i] = math.max(need[i] or 4, math.min(size, 60) + 2)
    end
  end
  local total, numbers = 0, 0
  for i, side in ipairs(aligned) do
    total = total + (need[i] or 4)
    if side == "AlignRight" or side == "AlignCenter" then numbers = numbers + (need[i] or 4) end
  end
  local text_columns = total - numbers
  local scale = (total < line_length and text_columns > 0) and (line_length - numbers) / text_columns or 1
  local sum = 0
  local wide = {}
  for i, side in ipairs(aligned) do
    local number = side == "AlignRight" or side == "AlignCenter"
    wide[i] = (need[i] or 4) * (number and 1 or scale)
    sum = sum + wide[i]
  end
  for i, _ in ipairs(aligned) do wide[i] = wide[i] / sum end
  return wide
end

-- Intet ord i en tabel skal deles, fordi søjlen er lidt for smal: de brede søjler giver af deres plads.
local function room_for_words(rows, aligned, wide)
  local least, short, slack = {}, 0, 0
  for i, _ in ipairs(aligned) do least[i] = 0.03 end
  for _, row in ipairs(rows) do
    for i, known in ipairs(row.cells) do
      if known.span > 1 then break end
      -- Et tal som "412 / 402" eller "−6,1 til 8,2" er ét ord.
      local whole = not row.head and aligned[i] ~= "AlignLeft" and aligned[i] ~= "AlignDefault"
      for word in text_of(known):gmatch(whole and ".+" or "%S+") do
        local need = (utf8.len(word) or #word) * (row.head and 1.12 or 1) + 2.6
        least[i] = math.max(least[i] or 0, math.min(need, row.head and 16 or 20) / line_length)
      end
    end
  end
  for i, _ in ipairs(aligned) do
    local spare = wide[i] - least[i]
    if spare < 0 then short = short - spare else slack = slack + spare end
  end
  if short == 0 then return end
  if slack <= short then
    local sum = 0
    for i, _ in ipairs(aligned) do sum = sum + least[i] end
    for i, _ in ipairs(aligned) do wide[i] = least[i] / sum end
    return
  end
  for i, _ in ipairs(aligned) do
    local spare = wide[i] - least[i]
    wide[i] = spare < 0 and least[i] or wide[i] - short * spare / slack
  end
end

-- En række, hvor kun første celle er udfyldt (med fed), er en mellemoverskrift over hele bredden.
local function group_rows(rows)
  for _, row in ipairs(rows) do
    local group = not row.head and #row.cells >= 2 and text_of(row.cells[1]) ~= ""
    for i = 2, #row.cells do
      if not group then break end
      group = text_of(row.cells[i]) == ""
    end
    if group then
      local first = row.cells[1].cell
      first.col_span = #row.cells
      if is("docx") then
        first.contents = { word_style_of(first.contents, "Gruppe") }
      end
      row.list = { first }
      row.row.cells = row.list
      row.row.attr.classes:insert("gruppe")
      row.cells[1].span = #row.cells
      row.cells = { row.cells[1] }
    end
  end
end

-- Omtrent så mange linjer fylder rækkerne: også få rækker med lange tekster er en lang tabel (typst_pdf.py regner ens).
local function lines(rows, columns)
  local sum = 0
  for _, row in ipairs(rows) do
    local longest = 0
    for _, known in ipairs(row.cells) do longest = math.max(longest, size_of(known)) end
    sum = sum + math.max(1, math.ceil(longest * columns / 95))
  end
  return sum
end

-- Korte tabeller deles ikke over to sider i Word, og af længere står mindst tre rækker sammen med hovedet og
-- med anmærkningen (i pdf sørger skabelonen og motoren for det samme).
local function keep_together(rows, columns)
  local heads = 0
  for _, row in ipairs(rows) do
    if row.head then heads = heads + 1 end
  end
  local short = #rows - heads <= 12 and lines(rows, columns) <= 26
  for i, row in ipairs(rows) do
    if short or i < heads + 3 or i > #rows - 3 then
      -- Listen er en kopi: den skal lægges tilbage.
      for _, cell in ipairs(row.list) do
        local contents = cell.contents
        if not contents[1] or contents[1].t ~= "Div" then
          cell.contents = { word_style_of(contents, "Tabel Sammen") }
        end
      end
      row.row.cells = row.list
    end
  end
end

-- En ramme, der ruller til siden på en smal skærm; med tastatur kommer man derhen med tabulator.
local function frame(content, class, name)
  return pandoc.Div(content, pandoc.Attr("", { class }, { { "tabindex", "0" }, { "role", "group" }, { "aria-label", name } }))
end

-- En skærmlæser siger søjlens og rækkens overskrift sammen med tallet.
local function headings_of_cells(rows)
  for _, row in ipairs(rows) do
    for i, cell in ipairs(row.list) do
      if row.head then
        if text_of(row.cells[i]) ~= "" then cell.attributes.scope = cell.col_span > 1 and "colgroup" or "col" end
      elseif row.part == "body" and i == 1 then
        -- Ikke som <th>: pandoc deler ellers de rækker, der går over hele bredden.
        cell.attributes.role = "rowheader"
      end
    end
    row.row.cells = row.list
  end
end

local function tables(tbl)
  local rows, specs, aligned, wide, default = rows_of(tbl), tbl.colspecs, {}, {}, true
  for i, spec in ipairs(specs) do
    aligned[i], wide[i] = spec[1], spec[2] or 0
    if wide[i] > 0 then default = false end
  end
  if default and not is("html") then wide = widths(rows, aligned) end
  group_rows(rows)
  if not default or not is("html") then
    room_for_words(rows, aligned, wide)
    for i, spec in ipairs(specs) do spec[2] = wide[i] end
    tbl.colspecs = specs
  end
  if is("docx") then keep_together(rows, #aligned) end
  if is("html") then
    headings_of_cells(rows)
    return frame({ tbl }, "tabel-rulle", english and "Table" or "Tabel")
  end
  return tbl
end

-- En figur alene i et afsnit ruller på samme måde som en tabel (den indbyggede motor gør den til færdig html først).
local function picture(block)
  if #block.content ~= 1 then return end
  local only = block.content[1]
  local drawn = only.t == "RawInline" and only.text:match('^<span class="tegning"') or
    only.t == "RawInline" and only.text:match("^<img ")
  if only.t ~= "Image" and not drawn then return end
  return frame({ pandoc.Plain(block.content) }, "figur-rulle", english and "Figure" or "Figur")
end

-- I Word er der intet at gøre: pandoc skal ikke hente hvert afsnit.
local paragraph = is("html") and picture or is("typst") and first_sign or nil

-- Skabelonens egne oplysninger skal ikke stå i Word-filens egenskaber.
local function tidy(meta)
  if not is("docx") then return end
  for key, _ in pairs(meta) do
    if key == "tjek-brudt" or key:match("^farve%-") or key:match("^boks%-") or key:match("^ord%-") or key:match("^logo%-") or key == "skrift" or key == "motor" or key == "sat-med" or key == "figurliste" or key == "tabelliste" then meta[key] = nil end
  end
  return meta
end

return {
  {
    Meta = function(meta)
      for condition, note in pairs(meta["tjek-brudt"] or {}) do
        broken[condition] = type(note) == "string" and pandoc.Inlines(note) or note
      end
      set_with = meta["sat-med"] and pandoc.Inlines(meta["sat-med"]) or nil
      english = meta.lang and pandoc.utils.stringify(meta.lang):match("^en") ~= nil
      for role, standard in pairs({ secondary = "0B4A58", light = "EAF2F3", accent = "E8A672", tertiary = "F6F3EC" }) do
        local own = meta["farve-" .. role]
        colours[role] = own and pandoc.utils.stringify(own) or standard
      end
    end,
  },
  -- Ét gennemløb: pandoc ser hele teksten igennem for hvert.
  { Span = claim, Div = div, Table = tables, Para = paragraph, Plain = paragraph, Meta = tidy, Pandoc = chapters },
}
