-- Is there something to hear of a leg's open window? Only one worker at a time, and never while a final waits.
-- KEYS: call   ARGV: speaker, lease in ms
-- Returns {} when not, else {starts_ms, rate, hints for the recogniser, windows without words before this one, number, start, end of what is there}
local speaker = ARGV[1]
local leg = leg_key(speaker)
local l = redis.call('HMGET', leg, 'len', 'cut', 'voiced', 'closed', 'number', 'next', 'following', 'starts_ms', 'rate', 'wordless')
if not l[1] or l[3] ~= '1' or l[4] or tonumber(l[1]) <= tonumber(l[2]) then return {} end
local now, number = now_ms(), tonumber(l[5])
if l[7] and tonumber(l[7]) > now then return {} end
if redis.call('HEXISTS', 'part:recogniser', 'state') == 1 then return {} end
for n = tonumber(l[6]), number - 1 do
  if redis.call('HGET', window_key(speaker, n), 'state') == 'pending' then return {} end
end
redis.call('HSET', leg, 'following', now + tonumber(ARGV[2]))
return {tonumber(l[8] or '0'), tonumber(l[9]), redis.call('HGET', call, 'hints') or '', tonumber(l[10] or '0'), number, tonumber(l[2]), tonumber(l[1])}
