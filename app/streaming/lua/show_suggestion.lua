-- Show the next piece of a suggestion: its beginning, a look-up, or a delta, whichever are given. Keeps the lease alive.
-- KEYS: call   ARGV: id, token, started event, look-up event, offset, delta ('' = none), type, ms that its worker took to have the first delta, ms of them that the engine took
-- Returns 1; or, to make its worker stop: 0 when the suggestion was superseded, -1 when another worker has it
local id = ARGV[1]
local key = suggestion_key(id)
local s = redis.call('HMGET', key, 'state', 'token', 'shown', 'text', 'until', 'lease', 'staged', 'asked_at', 'taken_at', 'transcript_ms')
if s[1] and s[2] ~= ARGV[2] then return -1 end
if s[1] ~= 'leased' then return 0 end
local now, lease = now_ms(), tonumber(s[6])
if tonumber(s[5]) - now < lease / 2 then
  redis.call('HSET', key, 'until', now + lease)
  redis.call('ZADD', 'ledger', now + lease, suggestion_item(id))
end
if not s[3] then
  redis.call('HSET', key, 'shown', 1)
  emit(ARGV[3])
end
if ARGV[4] ~= '' then emit(ARGV[4]) end
if ARGV[6] ~= '' then
  local before = ARGV[5] == '0' and '' or s[4] or ''    -- at 0 again: a second try
  redis.call('HSET', key, 'text', before .. ARGV[6], 'type', ARGV[7])
  local stages = ''
  if not s[7] then                     -- where the time went until the first word
    redis.call('HSET', key, 'staged', 1)
    local taken_at, made, engine = tonumber(s[9]), tonumber(ARGV[8]), tonumber(ARGV[9])
    stages = string.format(',"stages":{"transcript":%d,"queue":%d,"prepare":%d,"engine":%d,"publish":%d}',
      tonumber(s[10] or '0'), taken_at - tonumber(s[8]), math.max(0, made - engine), engine, math.max(0, now - taken_at - made))
  end
  tell('{"type":"suggestion_delta","call_id":"' .. call_id .. '","suggestion_id":"' .. id .. '","offset":' .. ARGV[5] .. ',"content":' .. quote(ARGV[6]) .. stages .. '}')
end
return 1
