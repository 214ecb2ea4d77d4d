/**
 * The scripts that Redis runs, each of them at once and alone. A bucket is a sorted set with one member for each slot
 * that is taken; its score is the instant at which the slot opens, in milliseconds on Redis' own clock. A call in flight
 * holds its slots until the end of its lease and one window after it, in case nobody is left to say how it ended.
 *
 * A member named `gate` is no slot: nothing is admitted before its score. A key goes when its last member has had its time.
 *
 * The last key is a hash of claims: the call that has waited longest, in whatever process, reserves the room that it
 * needs, so that a heavy call is not starved by the light ones of other processes.
 */
import { createHash } from "node:crypto"

export interface Script {
  readonly text: string
  readonly sha1: string
}

const script = (body: string): Script => {
  const text = common + body
  return { text, sha1: createHash("sha1").update(text).digest("hex") }
}

// What asks whether a slot is open takes the time rounded down, what tells when one opens takes it rounded up: so no
// slot opens early.
const common = `
local time = redis.call("TIME")
local micros = time[1] * 1000000 + time[2]
local now, later = math.floor(micros / 1000), math.ceil(micros / 1000)
local asked = cjson.decode(ARGV[1])
-- What was abandoned opens so much later, and what opens later still is in flight.
local grace = 1000

local function tidy(b)
  redis.call("ZREMRANGEBYSCORE", KEYS[b], "-inf", now)
end

local function expire(b)
  local last = redis.call("ZREVRANGE", KEYS[b], 0, 0, "WITHSCORES")[2]
  if last then redis.call("PEXPIREAT", KEYS[b], math.ceil(tonumber(last))) end
end

local function gateOf(b)
  return tonumber(redis.call("ZSCORE", KEYS[b], "gate") or 0)
end

local function taken(b)
  return redis.call("ZCARD", KEYS[b]) - (gateOf(b) > 0 and 1 or 0)
end
`

/**
 * Settles calls that have ended, renews the leases of those in flight, and admits as many of the calls that wait as there
 * is room for, in their order: nobody overtakes an earlier one that waits for the same bucket.
 *
 * Answers two numbers for each call that waits. The first is 0 if it was admitted, -1 if an earlier one is in its way,
 * else in how many milliseconds room is possible; the second is how many it will have to wait for certain.
 */
export const turn: Script = script(`
local claims = KEYS[#KEYS]
-- How soon a process that waits asks again at the latest, and how much longer its claim is good.
local patience = 1000

local function eachSlot(call, f)
  for _, b in ipairs(call.buckets) do
    for slot = 1, call.weight do f(b, call.id .. ":" .. slot) end
  end
end

local function hold(call)
  eachSlot(call, function(b, member)
    redis.call("ZADD", KEYS[b], later + asked.lease + asked.buckets[b].window, member)
  end)
end

for _, call in ipairs(asked.settled) do
  eachSlot(call, function(b, member)
    if call.fate == "not-sent" then
      redis.call("ZREM", KEYS[b], member)
    else
      local extra = call.fate == "abandoned" and grace or 0
      redis.call("ZADD", KEYS[b], later + asked.buckets[b].window + extra, member)
    end
  end)
end
for _, call in ipairs(asked.held) do hold(call) end

local gate, room, claim, blocked = {}, {}, {}, {}
for b, bucket in ipairs(asked.buckets) do
  tidy(b)
  gate[b] = math.max(0, gateOf(b) - now)
  room[b] = bucket.limit - taken(b)
  local held = #asked.calls > 0 and redis.call("HGET", claims, KEYS[b])
  claim[b] = held and cjson.decode(held)
  if claim[b] and claim[b].expires <= now then claim[b] = nil end
end

-- When so many more slots will have opened, if nothing else is taken.
local function opening(b, missing)
  if missing <= 0 then return now end
  local rank = missing - 1
  local gateRank = redis.call("ZRANK", KEYS[b], "gate")
  if gateRank and gateRank <= rank then rank = rank + 1 end
  return tonumber(redis.call("ZRANGE", KEYS[b], rank, rank, "WITHSCORES")[2] or math.huge)
end

-- What another process has claimed that has waited longer.
local function reserved(b, call)
  local other = claim[b]
  return other and other.owner ~= asked.owner and other.since <= now - call.waited and other.weight or 0
end

local function wait(call)
  local possible, certain = 0, 0
  for _, b in ipairs(call.buckets) do
    local window = asked.buckets[b].window
    local opens = opening(b, call.weight + reserved(b, call) - room[b])
    -- What is in flight opens a window from now at the soonest.
    possible = math.max(possible, gate[b], math.min(opens, later + window) - now)
    opens = opening(b, call.weight - room[b])
    certain = math.max(certain, gate[b], opens <= later + window + grace and opens - now or 0)
  end
  return possible, certain
end

local function unclaim(call)
  for _, b in ipairs(call.buckets) do
    if claim[b] and claim[b].owner == asked.owner then
      redis.call("HDEL", claims, KEYS[b])
      claim[b] = nil
    end
  end
end

local function claimRoom(call, possible)
  for _, b in ipairs(call.buckets) do
    if reserved(b, call) > 0 then return end
  end
  for _, b in ipairs(call.buckets) do
    claim[b] = {
      owner = asked.owner,
      weight = call.weight,
      since = now - call.waited,
      expires = now + math.min(possible, patience) + patience
    }
    redis.call("HSET", claims, KEYS[b], cjson.encode(claim[b]))
  end
  redis.call("PEXPIRE", claims, 2 * patience)
end

local verdicts = {}
for _, call in ipairs(asked.calls) do
  local possible, certain = -1, 0
  local behind = false
  for _, b in ipairs(call.buckets) do behind = behind or blocked[b] end
  if not behind then
    unclaim(call)
    possible, certain = wait(call)
  end
  if possible == 0 then
    hold(call)
    for _, b in ipairs(call.buckets) do room[b] = room[b] - call.weight end
  else
    if not behind then claimRoom(call, possible) end
    for _, b in ipairs(call.buckets) do blocked[b] = true end
  end
  table.insert(verdicts, possible)
  table.insert(verdicts, certain)
end

for b in ipairs(asked.buckets) do expire(b) end
return verdicts
`)

/** Closes the gates of these buckets for so many milliseconds each; a gate that is closed for longer stays so. */
export const close: Script = script(`
for b, pause in ipairs(asked.pauses) do
  redis.call("ZADD", KEYS[b], "GT", later + pause, "gate")
  expire(b)
end
return 0
`)

/** Answers three numbers for each bucket: slots taken, slots in flight, milliseconds until the gate opens. */
export const state: Script = script(`
local answer = {}
for b, bucket in ipairs(asked.buckets) do
  tidy(b)
  local gate = gateOf(b)
  local known = later + bucket.window + grace
  local inFlight = redis.call("ZCOUNT", KEYS[b], "(" .. string.format("%.0f", known), "+inf")
  table.insert(answer, taken(b))
  table.insert(answer, inFlight - (gate > known and 1 or 0))
  table.insert(answer, math.max(0, gate - now))
end
return answer
`)

/**
 * Tightens a bucket: somebody else takes from it as well, so that so many slots are taken at the least, and those that we
 * did not know of open in so many milliseconds. It never loosens one. Answers how many were added.
 */
export const tighten: Script = script(`
tidy(1)
local unknown = math.max(0, asked.taken - taken(1))
for slot = 1, unknown do
  redis.call("ZADD", KEYS[1], later + asked.opensIn, "told:" .. string.format("%.0f", micros) .. ":" .. slot)
end
expire(1)
return unknown
`)
