-- Lease a window to a worker, and with it those that piled up behind it. A lease has a token and a deadline, both by this server's clock.
-- KEYS: call   ARGV: speaker, number, token, shortest lease in ms
-- Returns {} when there is nothing to do, else {starts_ms, rate, hints for the recogniser, windows without words before this one},
-- and then for each window {number, state, start, end, kind, reason, attempts, result}
local speaker, number, token, lease = ARGV[1], tonumber(ARGV[2]), ARGV[3], tonumber(ARGV[4])
local w = redis.call('HMGET', window_key(speaker, number), 'state', 'until', 'due', 'saved', 'cut_at', 'kind')
if not w[1] then
  redis.call('ZREM', 'ledger', window_item(speaker, number))
  return {}
end
local now = now_ms()
if w[2] and tonumber(w[2]) > now then return {} end
if w[3] and tonumber(w[3]) > now then return {} end
if w[4] then return {} end            -- it only waits for its turn to be published
local leg = leg_key(speaker)
local l = redis.call('HMGET', leg, 'starts_ms', 'rate', 'next', 'number', 'wordless')
local c = redis.call('HMGET', call, 'hints', 'policy')
local count = tonumber(l[4])
local to_hear = w[1] == 'pending' and w[6] == 'speech'
local merges = to_hear and c[2] ~= 'fixed'

if merges then
  local tokens, in_flight = {}, 0
  for n = tonumber(l[3]), count - 1 do
    local other = redis.call('HMGET', window_key(speaker, n), 'state', 'token', 'until')
    if other[1] == 'pending' and other[2] and tonumber(other[3]) > now and not tokens[other[2]] then
      tokens[other[2]], in_flight = true, in_flight + 1
    end
  end
  if in_flight >= IN_FLIGHT then
    local held = redis.call('HGET', leg, 'held')
    if not held or number < tonumber(held) then redis.call('HSET', leg, 'held', number) end
    report_lag(speaker)
    return {}
  end
end

if to_hear then
  local wait = wait_for('recogniser')
  if wait > 0 then
    redis.call('HSET', window_key(speaker, number), 'due', now + wait)
    redis.call('ZADD', 'ledger', now + wait, window_item(speaker, number))
    return {}
  end
end

local function take(n)
  local key = window_key(speaker, n)
  local t = redis.call('HMGET', key, 'state', 'start', 'end', 'kind', 'reason', 'attempts', 'result')
  local attempts = tonumber(t[6])
  if t[1] ~= 'heard' then attempts = redis.call('HINCRBY', key, 'attempts', 1) end
  return {n, t[1], tonumber(t[2]), tonumber(t[3]), t[4], t[5], attempts, t[7] or ''}
end

local taken = {take(number)}
local bytes, second = taken[1][4] - taken[1][3], 2 * tonumber(l[2])
if merges and taken[1][7] == 1 and now - tonumber(w[5]) >= LATE_MS then
  for n = number + 1, count - 1 do
    local f = redis.call('HMGET', window_key(speaker, n), 'state', 'start', 'end', 'attempts')
    if f[1] == 'pending' then
      local size = tonumber(f[3]) - tonumber(f[2])
      if tonumber(f[4]) > 0 or bytes + size > MERGED * second then break end
      taken[#taken + 1], bytes = take(n), bytes + size
    end
  end
end

local until_ms = now + math.max(lease, math.ceil(bytes / second * PATIENCE_PER_SECOND + PATIENCE) * 1000)
for _, t in ipairs(taken) do
  redis.call('HSET', window_key(speaker, t[1]), 'token', token, 'until', until_ms)
  redis.call('ZADD', 'ledger', until_ms, window_item(speaker, t[1]))
  if to_hear then
    redis.call('HSET', window_key(speaker, t[1]), 'taken_at', now)
    redis.call('ZADD', 'hearing', until_ms, window_item(speaker, t[1]))
  end
end
if to_hear then
  redis.call('ZREMRANGEBYSCORE', 'hearing', 0, now)
  report_lag(speaker)
end
return {tonumber(l[1] or '0'), tonumber(l[2]), c[1] or '', tonumber(l[5] or '0'), unpack(taken)}
