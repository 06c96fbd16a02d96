-- Kun for Quarto, og før dens egne filtre: uden tema bliver bokse ellers til citater i html og blå tabeller i Word.

-- Titlerne under "language:" i _quarto.yml; "evaluation render" skriver dem i _resultater/_metadata.yml.
local titles = {}

local function read(meta)
  for key, value in pairs(meta) do
    local kind = key:match("^boks%-(%l+)$")
    if kind then titles[kind] = pandoc.utils.stringify(value) end
  end
end

local function callout(node)
  local title = node.title and quarto.utils.as_inlines(node.title) or pandoc.Inlines({})
  if #title == 0 then title = pandoc.Inlines(titles[node.type] or node.type) end
  return pandoc.Div({
    pandoc.Div({ pandoc.Plain(title) }, pandoc.Attr("", { "callout-title" })),
    pandoc.Div(quarto.utils.as_blocks(node.content), pandoc.Attr("", { "callout-body" })),
  }, pandoc.Attr(node.attr.identifier, { "callout", "callout-" .. node.type }, FORMAT:match("html") and { role = "note" } or {}))
end

if not (FORMAT:match("html") or FORMAT:match("docx")) then return {} end
return { { Meta = read }, { Callout = callout } }
