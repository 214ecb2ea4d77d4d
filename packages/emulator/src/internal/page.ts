/**
 * The inspector page: one document that asks the server for nothing but its state.
 */
import { script } from "./pageScript.ts"
import { style } from "./pageStyle.ts"

export const page = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>hubspot-emulator</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
<header class="bar"><h1>hubspot-emulator</h1><span id="state" class="mute" role="status">connecting</span></header>
<main>
<section aria-labelledby="faults-title">
<div class="bar"><h2 id="faults-title">Faults</h2></div>
<form id="faults" class="bar">
  <label>Add <select id="kind">
    <optgroup label="Errors">
      <option value="status 503">503</option><option value="status 500">500</option><option value="status 423">423, record locked</option>
      <option value="status 477">477, account moving</option><option value="status 502">502, from the edge</option>
      <option value="status 504">504, from the edge</option><option value="status 524">524, from the edge</option>
    </optgroup>
    <optgroup label="Limits">
      <option value="rateLimited tenSecondly">429, ten seconds</option><option value="rateLimited search">429, search</option>
      <option value="rateLimited daily">429, daily</option><option value="rateLimited edge">429, error code: 1015</option>
    </optgroup>
    <optgroup label="Connection">
      <option value="reset">reset</option><option value="resetAfterCommit">reset after the write</option>
      <option value="hang">hang</option><option value="hangAfterCommit">hang after the write</option>
      <option value="slowHeaders 2000">headers after 2 s</option><option value="slowBody 2000">body over 2 s</option>
      <option value="cutBody">cut-off body</option>
    </optgroup>
    <optgroup label="Answers">
      <option value="html">a page in place of JSON</option><option value="contentType">wrong content type</option>
    </optgroup>
  </select></label>
  <label>to <input id="share" type="number" min="0" max="100" step="any" value="10" required aria-label="percent"> %</label>
  <label>of <input id="path" placeholder="all paths, or /crm/v3/**" aria-label="path"></label>
  <button type="submit">Add fault</button>
  <button type="button" id="outage" aria-pressed="false">Start outage</button>
  <button type="button" id="clear">Clear faults</button>
  <span id="refused" class="bad" role="alert"></span>
</form>
<ul id="plan" aria-live="polite"></ul>
</section>
<section aria-labelledby="windows-title">
<div class="bar"><h2 id="windows-title">Windows</h2><span class="mute">how full each is, over the last minute; the dashed line is the limit</span></div>
<div id="windows"></div>
</section>
<section aria-labelledby="records-title">
<div class="bar"><h2 id="records-title">Records</h2><span id="records" class="bar mute">none</span></div>
<div id="shown" hidden><div class="scroll" tabindex="0" role="region" aria-label="Newest records">
<table><thead><tr><th scope="col">Id</th><th scope="col">Updated</th><th scope="col">Properties</th></tr></thead>
<tbody id="newest"></tbody></table></div></div>
</section>
<section aria-labelledby="requests-title">
<div class="bar"><h2 id="requests-title">Requests</h2><button type="button" id="errors" aria-pressed="false">Only errors and faults</button></div>
<div class="scroll" tabindex="0" role="region" aria-label="Requests">
<table id="table"><thead><tr><th scope="col" class="number">#</th><th scope="col">Method</th><th scope="col">Path</th><th scope="col">Status</th><th scope="col" class="number">ms</th><th scope="col">Fault</th></tr></thead>
<tbody id="requests"></tbody></table></div>
<p id="empty" class="mute">No request yet.</p>
</section>
</main>
<script>${script}</script>
</body>
</html>
`
