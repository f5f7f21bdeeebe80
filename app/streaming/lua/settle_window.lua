-- A window's row is written and its bytes are in the leg's file: it leaves the ledger, and its audio leaves Redis.
-- KEYS: call   ARGV: speaker, number, token, number of the last event that has its row by now
-- Returns 0 lease lost, 1 settled, 2 settled as the last window of a call that is over, 3 saved, but not published yet
local speaker, number = ARGV[1], ARGV[2]
local key, leg = window_key(speaker, number), leg_key(speaker)
local w = redis.call('HMGET', key, 'token', 'state')
if w[1] ~= ARGV[3] then return 0 end
if tonumber(ARGV[4]) > tonumber(redis.call('HGET', call, 'saved') or '0') then redis.call('HSET', call, 'saved', ARGV[4]) end
if tonumber(redis.call('HGET', leg, 'next')) <= tonumber(number) then    -- it leaves as soon as it is published
  redis.call('HSET', key, 'saved', 1)
  redis.call('HDEL', key, 'token', 'until')
  redis.call('ZADD', 'ledger', now_ms() + HINT_MS, window_item(speaker, number))
  return 3
end
forget_window(speaker, number)
local open = leg .. ':open'
local first = redis.call('ZRANGE', open, 0, 0, 'WITHSCORES')
local keep = first[2] or redis.call('HGET', leg, 'cut')
redis.call('XTRIM', leg .. ':audio', 'MINID', string.format('%.0f-0', tonumber(keep) + 1))
measure(leg)
if redis.call('HEXISTS', call, 'concluded') == 1 and not first[1]
  and redis.call('ZCARD', leg_key(speaker == 'agent' and 'customer' or 'agent') .. ':open') == 0 then return 2 end
return 1
