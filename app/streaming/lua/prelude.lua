-- What every script shares. Keys of a call hang on one prefix, `call:{<id>}`, so that they share a slot; KEYS[1] is always that prefix.
--   <call>                     hash: the call itself; `seq` is the number of its last event, `survived` that of the last which a loss of memory left
--   <call>:events              stream: the record, entry `<number>-0`, field `e`
--   <call>:leg:<speaker>       hash: a leg; `len` bytes stored, `cut` the end of its last window, `next` the next window to publish, `kept` what is final behind `len`
--   <call>:leg:<speaker>:audio stream: the leg's bytes, each entry named by the offset of its end
--   <call>:leg:<speaker>:open  sorted set: windows not yet settled, by first byte
--   <call>:questions           set: suggestions that answer a question and are not settled
--   <call>:asked               how many questions were asked within a minute
--   <call>:missed              string: since when a call that goes on is known not to be here
--   <call>:w:<speaker>:<n>     hash: a window that is not settled
--   ledger                     sorted set: all work that is not done, by the millisecond at which it may be hinted again
--   calls:seen                 sorted set: calls that have not ended, by the last moment at which they had a socket
--   windows:failed             how many windows have failed for good
--   part:<name>                hash: how a part is that all calls share (app/streaming/parts.py)
--   line:<kind>                sorted set: items of the ledger that a task may take now, by the moment at which they came (line.py)
--   called:<kind>              string: how many tasks were called to that line and have not come yet
--   calls:ringing              sorted set: calls that nobody has accepted yet, by the millisecond until which they ring
--   calls:unanswered           sorted set: what agents see of the calls that rang in vain of late, by the millisecond at which they stopped
--   finishing:<id>             string: the token of the worker that finishes a call, until its lease runs out
--   ticket:<sha256>            string: the call of which the ticket opens the customer's leg, once
--   hearing                    sorted set: windows that an engine is hearing, of any call, by the end of their lease
local KEEP_MS = 86400000     -- a safety net only: everything is removed when it has been saved
local START_MS = 600000      -- an opened call waits so long for its first socket
local UNANSWERED_MS = 60000  -- agents are told for so long that a call rang in vain
local HINT_MS = 5000         -- a hint that nobody took for so long is given again
local BLOCKED_MS = 10000     -- a window that blocks its successors for so long is passed
local LATE_MS = 2000         -- a window that waited so long is heard together with those behind it
local MERGED = 30            -- seconds of sound that one request to an engine may hold
local PATIENCE, PATIENCE_PER_SECOND = 16, 2    -- seconds that a lease lasts, and for each of sound: longer than we wait for an engine (workers/agents/transcriber.py)
local IN_FLIGHT = 2          -- requests of one leg that an engine may have at once: what comes meanwhile piles up, and is merged
local BEHIND, IN_TIME = 4, 2 -- seconds that a window waits: from when on the transcript is behind, and is so no longer
local PASS = 1.5             -- seconds of silence that end a turn
local TURN_LIMIT = 10        -- seconds into a turn at which we stop waiting for its pause
local LOST = 'the server lost this sound'

local call = KEYS[1]
local call_id = string.match(call, '{(.-)}')

local function now_ms()
  local t = redis.call('TIME')
  return t[1] * 1000 + math.floor(t[2] / 1000)
end

local function leg_key(speaker) return call .. ':leg:' .. speaker end
local function window_key(speaker, number) return call .. ':w:' .. speaker .. ':' .. number end
local function window_item(speaker, number) return 'w:' .. call_id .. ':' .. speaker .. ':' .. number end
local function suggestion_key(id) return call .. ':s:' .. id end
local function suggestion_item(id) return 's:' .. call_id .. ':' .. id end

local function quote(text) return cjson.encode(text) end

-- Tell without recording: deltas, status, interim text.
local function tell(json) redis.call('PUBLISH', call .. ':feed', json) end

-- Tell every open call how a part is that all of them share.
local function tell_all(part, state, message)
  for _, id in ipairs(redis.call('ZRANGE', 'calls:seen', 0, -1)) do
    redis.call('PUBLISH', 'call:{' .. id .. '}:feed', '{"type":"status","call_id":"' .. id .. '","part":"' .. part .. '","state":"' .. state
      .. '","message":' .. quote(message) .. '}')
  end
end

-- May a part that all calls share be asked now? One that is in trouble is tried by one at a time, and rests in between. Returns the ms to wait, 0: ask it.
local function wait_for(part)
  local p = redis.call('HMGET', 'part:' .. part, 'state', 'until', 'rest')
  if not p[1] then return 0 end
  local now = now_ms()
  if tonumber(p[2]) > now then return tonumber(p[2]) - now end
  redis.call('HSET', 'part:' .. part, 'until', now + p[3])
  return 0
end

-- A part has done its work: whatever trouble it was in is over, and every open call is told in these words. Returns 1 when people were told.
local function answered(part, message)
  local known = redis.call('HMGET', 'part:' .. part, 'state', 'failures')
  if not known[1] and not known[2] then return 0 end
  redis.call('HDEL', 'part:' .. part, 'failures', 'state', 'message', 'rest', 'until')
  if not known[1] then return 0 end
  tell_all(part, 'ok', message)
  return 1
end

-- Record an event and tell it. `json` is an object without its id. After its summary a record is closed: then it is told only.
local function emit(json)
  if redis.call('HEXISTS', call, 'once:summary') == 1 then
    tell(json)
    return 0
  end
  local number = redis.call('HINCRBY', call, 'seq', 1)
  local event = '{"id":' .. number .. ',' .. string.sub(json, 2)
  redis.call('XADD', call .. ':events', number .. '-0', 'e', event)
  if number == 1 then redis.call('PEXPIRE', call .. ':events', KEEP_MS) end
  tell(event)
  return number
end

local function number_of(text)       -- a float in JSON, without Lua's exponents
  return string.format('%.3f', text)
end

local function seconds(leg, byte)    -- where a byte of a leg lies in the call
  local l = redis.call('HMGET', leg, 'starts_ms', 'rate')
  return tonumber(l[1] or '0') / 1000 + byte / (2 * tonumber(l[2]))
end

-- The suggestion that is being made gives way: what was shown is closed as superseded, what was not is dropped.
local function supersede(id)
  local key = suggestion_key(id)
  local s = redis.call('HMGET', key, 'state', 'shown', 'text', 'type')
  if not s[1] or s[1] == 'superseded' or s[1] == 'made' then return end
  if s[2] then
    redis.call('HSET', key, 'state', 'superseded')
    emit('{"type":"suggestion","call_id":"' .. call_id .. '","suggestion_id":"' .. id .. '","suggestion_type":' .. quote(s[4] or 'tip')
      .. ',"message":' .. quote(s[3] or '') .. ',"citations":[],"status":"superseded"}')
  else
    redis.call('DEL', key)
    redis.call('ZREM', 'ledger', suggestion_item(id))
  end
end

-- Owe a suggestion for the customer's turn as it stands. Returns its id, or nothing when the one that is being shown will do.
local function ask(id, window, arrived)
  local t = redis.call('HMGET', call, 'status', 'suggestion', 'turn_number', 'turn_text')
  redis.call('HDEL', call, 'unasked')
  if t[1] ~= 'active' then return nil end
  if t[2] then
    local c = redis.call('HMGET', suggestion_key(t[2]), 'state', 'shown', 'turn')
    local live = c[1] == 'pending' or c[1] == 'leased'
    if live and c[2] and c[3] == t[3] then return nil end
    if live then supersede(t[2]) end
  end
  redis.call('HSET', suggestion_key(id), 'state', 'pending', 'turn', t[3], 'window', window, 'speaker', 'customer', 'trigger', t[4], 'attempts', 0,
    'asked_at', now_ms(), 'transcript_ms', now_ms() - arrived)
  redis.call('PEXPIRE', suggestion_key(id), KEEP_MS)
  redis.call('HSET', call, 'suggestion', id)
  redis.call('ZADD', 'ledger', now_ms() + HINT_MS, suggestion_item(id))
  return id
end

-- A customer's words were published: does the assistant owe a suggestion for them? Returns its id, or nothing.
local function consider(w)
  if redis.call('HGET', call, 'status') ~= 'active' then return nil end
  local t = redis.call('HMGET', call, 'turn_end', 'turn_start', 'turn_number', 'turn_text', 'turn_filler', 'policy')
  local every = t[6] == 'fixed'
  local turn_start, turn_number, turn_text, filler = tonumber(t[2] or '0'), tonumber(t[3] or '0'), t[4], w.filler
  if every or not t[1] or w.start - tonumber(t[1]) >= PASS then
    turn_start, turn_number, turn_text = w.start, turn_number + 1, w.text
  else
    turn_text = turn_text .. ' ' .. w.text
    if t[5] == '0' then filler = '0' end
  end
  redis.call('HSET', call, 'turn_end', tostring(w.finish), 'turn_start', tostring(turn_start), 'turn_number', turn_number, 'turn_text', turn_text,
    'turn_filler', filler)
  if not every and filler == '1' then return nil end
  if not every and w.reason == 'length' and w.finish - turn_start < TURN_LIMIT then    -- wait for its pause
    redis.call('HSET', call, 'unasked', w.suggestion, 'unasked_window', w.number, 'unasked_arrived', w.arrived)
    return nil
  end
  return ask(w.suggestion, w.number, w.arrived)
end

-- The customer's leg goes on without words: a turn that was waiting for its pause has it.
local function consider_silence()
  local t = redis.call('HMGET', call, 'unasked', 'unasked_window', 'unasked_arrived')
  return t[1] and ask(t[1], t[2], tonumber(t[3])) or nil
end

-- Nothing more will be heard: close the record and let the work after the call begin.
local function conclude()
  local c = redis.call('HMGET', call, 'status', 'unheard', 'duration', 'concluded')
  if c[1] == 'active' or tonumber(c[2] or '0') > 0 or c[4] then return end
  redis.call('HSET', call, 'concluded', 1)
  local streaming = redis.call('HGET', call, 'suggestion')
  if streaming then supersede(streaming) end
  emit('{"type":"call_ended","call_id":"' .. call_id .. '","duration_seconds":' .. number_of(c[3] or '0') .. ',"status":"' .. c[1] .. '"}')
  redis.call('ZADD', 'ledger', now_ms() + HINT_MS, 'f:' .. call_id)
end

-- A window ended without words: take back the interim ones that were shown for it.
local function take_back(speaker, number)
  local leg = leg_key(speaker)
  if redis.call('HGET', leg, 'interim') ~= tostring(number) then return end
  redis.call('HDEL', leg, 'interim')
  local w = redis.call('HMGET', window_key(speaker, number), 'start', 'end')
  tell('{"type":"transcript","call_id":"' .. call_id .. '","speaker":"' .. speaker .. '","text":"","start":' .. number_of(seconds(leg, tonumber(w[1])))
    .. ',"end":' .. number_of(seconds(leg, tonumber(w[2]))) .. ',"window":' .. number .. ',"final":false,"confidence":null}')
end

-- An event with the milliseconds that each stage took, from the arrival of a window's last byte until now, by this server's clock.
local function staged(event, key)
  local w = redis.call('HMGET', key, 'arrived', 'cut_at', 'taken_at', 'heard_at', 'engine_ms')
  local cut_at, taken_at, heard_at, engine = tonumber(w[2]), tonumber(w[3] or w[4]), tonumber(w[4]), tonumber(w[5])
  return string.sub(event, 1, -2) .. string.format(',"stages":{"cut":%d,"queue":%d,"engine":%d,"store":%d,"publish":%d}}',
    cut_at - tonumber(w[1]), taken_at - cut_at, engine, math.max(0, heard_at - taken_at - engine), now_ms() - heard_at)
end

-- Publish one heard window; adds the id of a suggestion that it calls for to `asked`.
local function publish(speaker, number, asked)
  local w = redis.call('HMGET', window_key(speaker, number), 'event', 'text', 'from', 'to', 'reason', 'suggestion', 'filler', 'signs', 'arrived')
  if w[1] then emit(w[2] and staged(w[1], window_key(speaker, number)) or w[1]) end
  if not w[2] then take_back(speaker, number) end
  for sign in string.gmatch(w[8] or '', '[^\n]+') do emit(sign) end
  if speaker ~= 'customer' then return end
  local id
  if w[2] then
    id = consider({number = number, text = w[2], start = tonumber(w[3]), finish = tonumber(w[4]), reason = w[5], suggestion = w[6], filler = w[7],
      arrived = tonumber(w[9])})
  else
    id = consider_silence()
  end
  if id then asked[#asked + 1] = id end
end

-- A window is published and has its row: it leaves the ledger.
local function forget_window(speaker, number)
  redis.call('DEL', window_key(speaker, number))
  redis.call('ZREM', 'ledger', window_item(speaker, number))
  redis.call('ZREM', leg_key(speaker) .. ':open', number)
end

-- Publish a leg's heard windows in order, from `next` on; a window that has blocked the others too long is passed.
local function advance(speaker, asked)
  local leg = leg_key(speaker)
  local pointers = redis.call('HMGET', leg, 'next', 'number')
  local next_number, count = tonumber(pointers[1]), tonumber(pointers[2])
  while next_number < count do
    local w = redis.call('HMGET', window_key(speaker, next_number), 'state', 'saved')
    if w[1] == 'heard' then
      publish(speaker, next_number, asked)
      if w[2] then forget_window(speaker, next_number) end
    else
      local waiting = redis.call('HGET', leg, 'waiting')
      if not waiting or now_ms() - tonumber(waiting) < BLOCKED_MS then break end
      redis.call('HSET', window_key(speaker, next_number), 'late', 1)
      redis.call('HDEL', leg, 'waiting')
    end
    next_number = next_number + 1
  end
  redis.call('HSET', leg, 'next', next_number)
  local behind = false
  for n = next_number + 1, count - 1 do
    if redis.call('HGET', window_key(speaker, n), 'state') == 'heard' then behind = true break end
  end
  if behind then redis.call('HSETNX', leg, 'waiting', now_ms()) else redis.call('HDEL', leg, 'waiting') end
end

-- A leg of which too much waits to be heard takes no more until some has been.
local function measure(leg)
  local l = redis.call('HMGET', leg, 'len', 'cut', 'most', 'full')
  local first = redis.call('ZRANGE', leg .. ':open', 0, 0, 'WITHSCORES')
  local full = l[3] and tonumber(l[1]) - tonumber(first[2] or l[2]) > tonumber(l[3])
  if full and not l[4] then redis.call('HSET', leg, 'full', 1) elseif l[4] and not full then redis.call('HDEL', leg, 'full') end
end

-- A window begins its life on the ledger, in the same breath as its bytes. One that needs no engine is heard already.
local function add_window(speaker, start, finish, kind, reason, event, arrived)
  local number = redis.call('HINCRBY', leg_key(speaker), 'number', 1) - 1
  local key = window_key(speaker, number)
  local heard = kind ~= 'speech'
  redis.call('HSET', key, 'start', start, 'end', finish, 'kind', kind, 'reason', reason, 'attempts', 0,
    'state', heard and 'heard' or 'pending', 'cut_at', now_ms(),
    'arrived', math.min(arrived or now_ms(), now_ms()))
  if event then redis.call('HSET', key, 'event', event) end
  redis.call('PEXPIRE', key, KEEP_MS)
  if not heard then redis.call('HINCRBY', call, 'unheard', 1) end
  redis.call('ZADD', leg_key(speaker) .. ':open', start, number)
  redis.call('PEXPIRE', leg_key(speaker) .. ':open', KEEP_MS)
  redis.call('ZADD', 'ledger', now_ms() + HINT_MS, window_item(speaker, number))
  return number
end

-- Cut what a leg has stored but not yet cut.
local function cut_tail(speaker, reason)
  local leg = leg_key(speaker)
  local l = redis.call('HMGET', leg, 'len', 'cut', 'voiced')
  local len, cut = tonumber(l[1]), tonumber(l[2])
  if len <= cut then return nil end
  local number = add_window(speaker, cut, len, l[3] == '1' and 'speech' or 'silent', reason)
  redis.call('HSET', leg, 'cut', len, 'voiced', 0)
  return number
end

-- Spans of a leg behind `len` that are final although what is before them is not: memory was lost. Pairs of bytes, in order.
local function kept_spans(leg)
  local spans = {}
  for start, finish in string.gmatch(redis.call('HGET', leg, 'kept') or '', '(%d+)-(%d+)') do
    spans[#spans + 1] = {tonumber(start), tonumber(finish)}
  end
  return spans
end

-- No more bytes come before `to`: what is not kept of them is a gap, a window without sound and a line in the record. Returns where the leg goes on.
local function pass(speaker, to, reason)
  local leg = leg_key(speaker)
  cut_tail(speaker, 'gap')
  local at, rest = tonumber(redis.call('HGET', leg, 'len')), {}
  local function gap(finish)
    add_window(speaker, at, finish, 'gap', reason, '{"type":"gap","call_id":"' .. call_id .. '","speaker":"' .. speaker
      .. '","window":' .. redis.call('HGET', leg, 'number') .. ',"start":' .. number_of(seconds(leg, at))
      .. ',"end":' .. number_of(seconds(leg, finish)) .. ',"reason":' .. quote(reason) .. '}')
  end
  for _, span in ipairs(kept_spans(leg)) do
    if span[1] > to then
      rest[#rest + 1] = string.format('%.0f-%.0f', span[1], span[2])
    else
      if at < span[1] then gap(span[1]) end
      at = math.max(at, span[2])
    end
  end
  if at < to then
    gap(to)
    at = to
  end
  redis.call('HSET', leg, 'len', string.format('%.0f', at), 'cut', string.format('%.0f', at), 'voiced', 0, 'kept', table.concat(rest, ' '))
  advance(speaker, {})
  return at
end

-- Whoever sends a leg has not what was lost: it goes on behind the last span that is kept.
local function pass_kept(speaker)
  local spans = kept_spans(leg_key(speaker))
  if #spans > 0 then pass(speaker, spans[#spans][2], LOST) end
end

-- Tell when the transcript begins to be behind, how far while it is, and when it is so no longer.
local function report_lag(speaker)
  local leg = leg_key(speaker)
  local l = redis.call('HMGET', leg, 'next', 'number', 'behind')
  local lag, told = 0, tonumber(l[3] or '0')
  for n = tonumber(l[1]), tonumber(l[2]) - 1 do
    local w = redis.call('HMGET', window_key(speaker, n), 'state', 'cut_at')
    if w[1] == 'pending' then
      lag = math.floor((now_ms() - tonumber(w[2])) / 1000)
      break
    end
  end
  local status = '{"type":"status","call_id":"' .. call_id .. '","part":"recogniser",'
  local down = redis.call('HEXISTS', 'part:recogniser', 'state') == 1    -- of which people were told in other words
  if lag >= BEHIND and math.abs(lag - told) >= 2 and not down then
    redis.call('HSET', leg, 'behind', lag)
    tell(status .. '"state":"behind","message":"The transcript is ' .. lag .. ' s behind."}')
  elseif lag < IN_TIME and told > 0 then
    redis.call('HDEL', leg, 'behind')
    if redis.call('HEXISTS', leg_key(speaker == 'agent' and 'customer' or 'agent'), 'behind') == 0 then
      tell(status .. '"state":"ok","message":"The transcript is up to date again."}')
    end
  end
end
