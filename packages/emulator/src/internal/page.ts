/**
 * The inspector page: one document that asks the server for nothing but its state. What it shows is set as text, never
 * as HTML.
 */
export const page = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>hubspot-emulator</title>
<link rel="icon" href="data:,">
<style>
:root { color-scheme: light dark; --line: #c8ccd2; --soft: #f3f4f6; --text: #1b1f24; --mute: #57606a; --bar: #1f6feb; --bad: #b3261e; --back: #fff }
@media (prefers-color-scheme: dark) {
  :root { --line: #3d444d; --soft: #1c2128; --text: #e6edf3; --mute: #a8b3be; --bar: #58a6ff; --bad: #ff8a80; --back: #0d1117 }
}
* { box-sizing: border-box }
body { margin: 0 auto; padding: 1rem; max-width: 75rem; font: 15px/1.45 system-ui, sans-serif; color: var(--text); background: var(--back) }
h1 { font-size: 1.25rem; margin: 0 } h2 { font-size: 1rem; margin: 1.5rem 0 .5rem }
.bar { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center }
.mute { color: var(--mute) } .bad { color: var(--bad); font-weight: 600 }
button, select, input { font: inherit; color: inherit; background: var(--soft); border: 1px solid var(--line); border-radius: 6px; padding: .3rem .6rem }
:focus-visible { outline: 3px solid var(--bar); outline-offset: 2px }
#windows { display: grid; grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); gap: .75rem }
figure { margin: 0; padding: .5rem; border: 1px solid var(--line); border-radius: 6px }
figcaption { display: flex; justify-content: space-between } svg { display: block; width: 100%; height: 64px }
.scroll { max-height: 24rem; overflow: auto; border: 1px solid var(--line); border-radius: 6px }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums }
th, td { text-align: left; padding: .2rem .6rem; white-space: nowrap } th { position: sticky; top: 0; background: var(--soft) }
td.path { width: 100%; white-space: normal; overflow-wrap: anywhere }
</style>
</head>
<body>
<header class="bar"><h1>hubspot-emulator</h1><span id="state" class="mute" role="status">connecting</span></header>
<main>
<h2>Faults</h2>
<form id="faults" class="bar">
  <label>Fault <select id="kind">
    <option value="status 503">503</option><option value="status 500">500</option><option value="status 423">423, locked</option>
    <option value="status 502">502, of the edge</option><option value="rateLimited tenSecondly">429, ten seconds</option>
    <option value="rateLimited daily">429, daily</option><option value="rateLimited edge">429, error code: 1015</option>
    <option value="reset">reset</option><option value="resetAfterCommit">reset after the write</option><option value="hang">hang</option>
    <option value="hangAfterCommit">hang after the write</option><option value="cutBody">cut-off body</option>
    <option value="html">a page in place of JSON</option><option value="contentType">wrong content type</option>
  </select></label>
  <label>Share in percent <input id="share" type="number" min="0" max="100" value="10"></label>
  <button type="submit">Add fault</button>
  <button type="button" id="outage" aria-pressed="false">Outage</button>
  <button type="button" id="clear">Clear faults</button>
</form>
<p id="plan" class="mute" aria-live="polite"></p>
<h2>Windows</h2><div id="windows"></div>
<h2>Records</h2><p id="records" class="mute">none</p>
<h2>Requests</h2>
<div class="scroll" tabindex="0" role="region" aria-label="Requests">
<table><thead><tr><th scope="col">#</th><th scope="col">Method</th><th scope="col">Path</th><th scope="col">Status</th><th scope="col">ms</th><th scope="col">Fault</th></tr></thead>
<tbody id="requests"></tbody></table></div>
</main>
<script>
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
let last = 0, plan = { rules: [], outages: [] }
const history = new Map(), charts = new Map()

const chart = (name) => {
  if (charts.has(name)) return charts.get(name)
  const figure = make("figure"), caption = make("figcaption"), label = make("span", name), value = make("span", "", "mute")
  caption.append(label, value)
  const image = svg("svg", { viewBox: "0 0 119 40", preserveAspectRatio: "none", role: "img" })
  const area = svg("polygon", { fill: "var(--bar)" })
  image.append(area); figure.append(caption, image); $("windows").append(figure)
  charts.set(name, { value, image, area })
  return charts.get(name)
}
const drawWindow = ({ name, held, limit, width }) => {
  const past = history.get(name) || Array(120).fill(0)
  past.push(limit > 0 ? Math.min(1, held / limit) : 0); past.shift(); history.set(name, past)
  const { value, image, area } = chart(name)
  value.textContent = held + " of " + (limit > 1e9 ? "any" : limit) + " in " + width / 1000 + " s"
  image.setAttribute("aria-label", name + ": " + value.textContent)
  area.setAttribute("points", "0,40 " + past.map((share, x) => x + "," + (40 - 40 * share).toFixed(1)).join(" ") + " 119,40")
}
const row = ({ n, method, path, status, millis, fault }) => {
  const tr = make("tr")
  tr.append(make("td", n), make("td", method), make("td", path, "path"),
    make("td", status === null ? "none" : status, status === null || status >= 400 ? "bad" : ""),
    make("td", millis.toFixed(1)), make("td", fault || ""))
  return tr
}
const words = ({ kind, status, body }) => [kind, status, body].filter(Boolean).join(" ")
const show = (state) => {
  // The emulator was reset, or is another one.
  if (state.count < last) { last = 0; $("requests").replaceChildren() }
  for (const entry of state.requests) if (entry.n > last) { last = entry.n; $("requests").prepend(row(entry)) }
  while ($("requests").children.length > 500) $("requests").lastChild.remove()
  state.windows.forEach(drawWindow)
  const records = Object.entries(state.stats.records).map(([type, count]) => type + " " + count)
  $("records").textContent = records.join(", ") || "none"
  $("state").textContent = state.stats.requests + " requests, " + state.stats.openSockets + " connections"
  plan = state.plan
  $("plan").textContent = [
    ...plan.rules.map(({ share, fault }) => Math.round(share * 1000) / 10 + "% " + words(fault)),
    ...plan.outages.map(({ fault }) => "outage " + words(fault))
  ].join(", ") || "nothing goes wrong"
  $("outage").setAttribute("aria-pressed", String(plan.outages.length > 0))
  $("outage").textContent = plan.outages.length > 0 ? "End outage" : "Outage"
}
const look = async () => {
  try {
    show(await (await fetch("/emulator/state?since=" + last)).json())
  } catch { $("state").textContent = "no connection" }
}
const put = async (next) => {
  const { ok } = await fetch("/emulator/faults", { method: "PUT", body: JSON.stringify(next) })
  await look()
  if (!ok) $("plan").textContent = "the plan was refused"
}
$("faults").addEventListener("submit", (event) => {
  event.preventDefault()
  const [kind, detail] = $("kind").value.split(" ")
  const fault = kind === "status" ? { kind, status: Number(detail) } : detail ? { kind, body: detail } : { kind }
  put({ ...plan, rules: [...plan.rules, { share: Number($("share").value) / 100, fault }] })
})
$("outage").addEventListener("click", () =>
  put({ ...plan, outages: plan.outages.length > 0 ? [] : [{ from: 0, to: "1 day" }] }))
$("clear").addEventListener("click", () => put({}))
const tick = async () => { if (!document.hidden) await look(); setTimeout(tick, 500) }
tick()
</script>
</body>
</html>
`
