-- The bytes from `len` to `to` are lost for good: a window without sound, and a line in the record.
-- KEYS: call   ARGV: speaker, fence, to, reason
-- Returns {status, len, first window number added, windows added}; status as in append.lua
local speaker, fence, to, reason = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4]
local leg = leg_key(speaker)
local l = redis.call('HMGET', leg, 'fence', 'len', 'closed', 'number')
if not l[1] or l[1] == '0' then return {-1, 0, 0, 0} end
local len, first = tonumber(l[2]), tonumber(l[4])
if l[1] ~= fence then return {-3, len, 0, 0} end
if l[3] then return {-4, len, 0, 0} end
if to <= len then return {0, len, 0, 0} end
redis.call('HSETNX', call, 'zero_ms', now_ms())
redis.call('HSETNX', leg, 'starts_ms', now_ms() - tonumber(redis.call('HGET', call, 'zero_ms')))
cut_tail(speaker, 'gap')
add_window(speaker, len, to, 'gap', reason,
  '{"type":"gap","call_id":"' .. call_id .. '","speaker":"' .. speaker .. '","start":' .. number_of(seconds(leg, len))
  .. ',"end":' .. number_of(seconds(leg, to)) .. ',"reason":' .. quote(reason) .. '}')
redis.call('HSET', leg, 'len', string.format('%.0f', to), 'cut', string.format('%.0f', to), 'voiced', 0)
advance(speaker, {})
return {1, to, first, tonumber(redis.call('HGET', leg, 'number')) - first}
