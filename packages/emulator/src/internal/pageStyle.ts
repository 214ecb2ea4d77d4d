/** How the inspector page looks, in light and in dark. */
export const style = `
:root { color-scheme: light dark; --line: #d0d5db; --soft: #f3f5f7; --text: #1b1f24; --mute: #57606a; --bar: #1f6feb; --fill: #dbe8fd; --warn: #8a5a00; --bad: #b3261e; --back: #fff }
@media (prefers-color-scheme: dark) {
  :root { --line: #3d444d; --soft: #1c2128; --text: #e6edf3; --mute: #a8b3be; --bar: #58a6ff; --fill: #17304f; --warn: #f0b429; --bad: #ff8a80; --back: #0d1117 }
}
* { box-sizing: border-box }
body { margin: 0 auto; padding: 1rem 1.25rem 2rem; max-width: 84rem; font: 15px/1.45 system-ui, sans-serif; color: var(--text); background: var(--back) }
h1 { font-size: 1.25rem; margin: 0 } h2 { font-size: 1rem; margin: 0 } section { margin-top: 1.5rem }
.bar { display: flex; flex-wrap: wrap; gap: .5rem .75rem; align-items: center } .bar + * { margin-top: .6rem }
.mute { color: var(--mute) } .warn { color: var(--warn); font-weight: 600 } .bad { color: var(--bad); font-weight: 600 }
button, select, input { font: inherit; color: inherit; background: var(--soft); border: 1px solid var(--line); border-radius: 6px; padding: .3rem .6rem; min-width: 0 }
button, select { cursor: pointer } button:hover, select:hover { border-color: var(--bar) }
button[aria-pressed=true] { background: var(--fill); border-color: var(--bar) }
:focus-visible { outline: 3px solid var(--bar); outline-offset: 2px }
::placeholder { color: var(--mute); opacity: 1 }
label { display: inline-flex; gap: .4rem; align-items: center } #share { width: 4.5rem } #path { width: 15rem }
ul { list-style: none; margin: 0; padding: 0; display: flex; flex-wrap: wrap; gap: .5rem }
li { display: inline-flex; gap: .5rem; align-items: center; padding-left: .6rem; border: 1px solid var(--line); border-radius: 6px }
li button { border: 0; border-left: 1px solid var(--line); border-radius: 0 6px 6px 0 }
#windows { display: grid; grid-template-columns: repeat(auto-fit, minmax(10.5rem, 1fr)); gap: .75rem }
figure { margin: 0; padding: .5rem .65rem .6rem; border: 1px solid var(--line); border-radius: 6px }
figcaption span { display: block }
svg { display: block; width: 100%; height: 56px; margin-top: .3rem; color: var(--bar) } figure.full svg { color: var(--warn) }
.area { fill: currentColor; opacity: .25 } .edge { fill: none; stroke: currentColor; stroke-width: 1.5; vector-effect: non-scaling-stroke }
.limit, .ground { stroke: var(--line); vector-effect: non-scaling-stroke } .limit { stroke: var(--mute); stroke-dasharray: 4 4 }
.scroll { max-height: 32rem; overflow: auto; border: 1px solid var(--line); border-radius: 6px }
#shown .scroll { max-height: 16rem }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums }
th, td { text-align: left; padding: .25rem .65rem; white-space: nowrap } th { position: sticky; top: 0; background: var(--soft) }
tr + tr td { border-top: 1px solid var(--line) } td.number, th.number { text-align: right }
td.path { width: 100%; white-space: normal; overflow-wrap: anywhere; font-family: ui-monospace, monospace; font-size: .92em }
#table.errors tr.fine { display: none }
@media (max-width: 40rem) { td, th { padding: .25rem .4rem } #path { width: 9rem } }
`
