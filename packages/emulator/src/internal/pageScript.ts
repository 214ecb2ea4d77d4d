/** What the inspector page does. Whatever comes from the server is set as text, never as HTML. */
export const script = `
const $ = (id) => document.getElementById(id)
const make = (tag, text, name) => {
  const node = document.createElement(tag)
  if (text !== undefined) node.textContent = text
  if (name) node.className = name
  return node
}
const svg = (tag, attributes) => {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag)
  for (const key in attributes) node.setAttribute(key, attributes[key])
  return node
}
const numbers = new Intl.NumberFormat("en-US")
const rows = new Map(), history = new Map(), charts = new Map()
const most = 500, points = 120
let count = 0, plan = { rules: [], outages: [] }, type

// The requests: a row for each, which is finished once the request is.
const kindOf = (status) => status === null || status >= 500 ? "bad" : status === 429 ? "warn" : status >= 400 ? "bad" : ""
const fill = (tr, { n, method, path, status, millis, fault }) => {
  tr.className = kindOf(status) || fault ? "" : "fine"
  tr.replaceChildren(make("td", n, "number"), make("td", method, "mute"), make("td", path, "path"),
    make("td", status === null ? "none" : status, kindOf(status)),
    make("td", millis === null ? "…" : millis.toFixed(1), "number"), make("td", fault || "", "mute"))
}
const drawRequest = (entry) => {
  const known = rows.get(entry.n), row = known || { tr: make("tr") }
  row.open = entry.millis === null
  fill(row.tr, entry)
  if (known) return
  rows.set(entry.n, row)
  $("requests").prepend(row.tr)
  for (const n of rows.keys()) {
    if (rows.size <= most) break
    rows.get(n).tr.remove(); rows.delete(n)
  }
}
const since = () => {
  for (const [n, { open }] of rows) if (open) return n - 1
  return count
}

// The windows: how full each was in the last minute.
const chart = (name) => {
  if (charts.has(name)) return charts.get(name)
  const figure = make("figure"), caption = make("figcaption"), value = make("span", "", "mute")
  caption.append(make("span", name), value)
  const image = svg("svg", { viewBox: "0 0 119 44", preserveAspectRatio: "none", role: "img" })
  const area = svg("polygon", { class: "area" }), edge = svg("polyline", { class: "edge" })
  image.append(svg("line", { class: "limit", x1: 0, x2: 119, y1: 3, y2: 3 }), svg("line", { class: "ground", x1: 0, x2: 119, y1: 43, y2: 43 }), area, edge)
  figure.append(caption, image); $("windows").append(figure)
  const made = { figure, value, image, area, edge }
  charts.set(name, made)
  return made
}
const drawWindow = ({ name, held, limit, width }) => {
  const past = history.get(name) || Array(points).fill(0)
  past.push(limit > 0 ? Math.min(1, held / limit) : 1); past.shift(); history.set(name, past)
  const { figure, value, image, area, edge } = chart(name)
  const span = width === 86400000 ? "today" : "in " + (width >= 1000 ? width / 1000 + " s" : width + " ms")
  value.textContent = numbers.format(held) + " of " + (limit > 1e9 ? "any" : numbers.format(limit)) + " " + span
  image.setAttribute("aria-label", name + ": " + value.textContent)
  figure.className = held >= limit ? "full" : ""
  const line = past.map((share, x) => x + "," + (43 - 40 * share).toFixed(1)).join(" ")
  edge.setAttribute("points", line); area.setAttribute("points", "0,43 " + line + " 119,43")
}

// The faults: the plan as a list, each entry with a way to be rid of it.
const words = ({ kind, status, body, after, over }) => [kind, status, body, after || over ? (after || over) / 1000 + " s" : ""].filter(Boolean).join(" ")
const where = ({ methods, path }) => [methods && methods.join(" "), path].filter(Boolean).map((text) => " " + text).join("")
const entry = (text, remove) => {
  const li = make("li", text), button = make("button", "×")
  button.type = "button"
  button.setAttribute("aria-label", "Remove " + text)
  button.addEventListener("click", remove)
  li.append(button)
  return li
}
const drawPlan = (next) => {
  if (JSON.stringify(next) === JSON.stringify(plan) && $("plan").childNodes.length > 0) return
  plan = next
  const { rules, outages } = plan
  const shown = [
    ...rules.map((rule) => entry(Math.round(rule.share * 1000) / 10 + "% " + words(rule.fault) + where(rule),
      () => put({ ...plan, rules: rules.filter((other) => other !== rule) }))),
    ...outages.map((outage) => entry("outage " + words(outage.fault) + (outage.from > 0 ? " after " + outage.from / 1000 + " s" : ""),
      () => put({ ...plan, outages: outages.filter((other) => other !== outage) })))
  ]
  const held = $("plan").contains(document.activeElement)
  $("plan").replaceChildren(...(shown.length > 0 ? shown : [make("span", "nothing goes wrong", "mute")]))
  if (held) $("clear").focus() // what had the focus is gone
  $("outage").setAttribute("aria-pressed", String(outages.length > 0))
  $("outage").textContent = outages.length > 0 ? "End outage" : "Start outage"
}

// The records: how many of each type, and the newest of one.
const drawTypes = (records) => {
  for (const button of [...$("records").children]) if (!(button.dataset.type in records)) button.remove()
  for (const [name, n] of Object.entries(records)) {
    let button = [...$("records").children].find((other) => other.dataset.type === name)
    if (!button) {
      button = make("button")
      button.type = "button"; button.dataset.type = name
      button.addEventListener("click", () => { type = type === name ? undefined : name; look() })
      $("records").append(button)
    }
    button.textContent = name + " " + numbers.format(n)
    button.setAttribute("aria-pressed", String(type === name))
  }
  if ($("records").children.length === 0) $("records").textContent = "none"
  else for (const node of [...$("records").childNodes]) if (node.nodeType === 3) node.remove()
}
const drawRecords = async () => {
  $("shown").hidden = type === undefined
  if (type === undefined) return
  const asked = type
  const { results } = await (await fetch("/emulator/records?type=" + encodeURIComponent(asked))).json()
  if (asked !== type) return
  $("newest").replaceChildren(...results.map(({ id, updatedAt, properties }) => {
    const tr = make("tr")
    const values = Object.entries(properties).filter(([name]) => !/^(hs_object_id|createdate|(hs_)?lastmodifieddate)$/.test(name))
    tr.append(make("td", id), make("td", updatedAt.replace("T", " ").slice(0, 19), "mute"), make("td", values.map(([name, value]) => name + "=" + value).join("  "), "path"))
    return tr
  }))
}

const show = (state) => {
  // The emulator was reset, or is another one.
  if (state.count < count) { rows.clear(); $("requests").replaceChildren() }
  count = state.count
  state.requests.forEach(drawRequest)
  $("empty").hidden = count > 0
  state.windows.forEach(drawWindow)
  drawTypes(state.stats.records)
  drawPlan(state.plan)
  const { requests, openSockets, rateLimited, faults } = state.stats
  const refused = rateLimited.limiter + rateLimited.injected, broken = Object.values(faults).reduce((sum, n) => sum + n, 0)
  $("state").textContent = [numbers.format(requests) + " requests", numbers.format(refused) + " with 429", numbers.format(broken) + " met a fault", openSockets + " connections"].join(" · ")
}
const look = async () => {
  try {
    show(await (await fetch("/emulator/state?since=" + since())).json())
    await drawRecords()
  } catch { $("state").textContent = "no connection: is the emulator still running?" }
}
const put = async (next) => {
  const answer = await fetch("/emulator/faults", { method: "PUT", body: JSON.stringify(next) })
  await look()
  $("refused").textContent = answer.ok ? "" : (await answer.json()).message
}
$("faults").addEventListener("submit", (event) => {
  event.preventDefault()
  const [kind, detail] = $("kind").value.split(" ")
  const fault = kind === "status" ? { kind, status: Number(detail) }
    : kind === "slowHeaders" ? { kind, after: Number(detail) } : kind === "slowBody" ? { kind, over: Number(detail) }
    : detail ? { kind, body: detail } : { kind }
  const path = $("path").value.trim()
  put({ ...plan, rules: [...plan.rules, { share: Number($("share").value) / 100, fault, ...(path ? { path } : {}) }] })
})
$("outage").addEventListener("click", () =>
  put({ ...plan, outages: plan.outages.length > 0 ? [] : [{ from: 0, to: "1 day" }] }))
$("clear").addEventListener("click", () => put({}))
$("errors").addEventListener("click", () => {
  const pressed = $("table").classList.toggle("errors")
  $("errors").setAttribute("aria-pressed", String(pressed))
})
const tick = async () => { if (!document.hidden) await look(); setTimeout(tick, 500) }
tick()
`
