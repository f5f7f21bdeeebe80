-- The bytes from `len` to `to` do not come any more. What is kept of them stays; the rest is lost for good.
-- KEYS: call   ARGV: speaker, fence, to, reason
-- Returns {status, len, first window number added, windows added}; status as in append.lua
local speaker, fence, to, reason = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4]
local leg = leg_key(speaker)
local l = redis.call('HMGET', leg, 'fence', 'len', 'closed', 'number')
if not l[1] then return {-1, 0, 0, 0} end
local len, first = tonumber(l[2]), tonumber(l[4])
if l[1] ~= fence then return {-3, len, 0, 0} end
if l[3] then return {-4, len, 0, 0} end
if to <= len then return {0, len, 0, 0} end
redis.call('HSETNX', call, 'zero_ms', now_ms())
redis.call('HSETNX', leg, 'starts_ms', now_ms() - tonumber(redis.call('HGET', call, 'zero_ms')))
len = pass(speaker, to, reason)
return {1, len, first, tonumber(redis.call('HGET', leg, 'number')) - first}
