-- A suggestion is made (or has failed): record it. Its row follows.
-- KEYS: call   ARGV: id, token, started event, suggestion event, result (JSON for the row), what people are told when the assistant is in trouble no longer ('': it did not answer)
-- Returns 1 recorded, 2 superseded (the row must say so), 0 the lease was lost
local id = ARGV[1]
local key = suggestion_key(id)
local s = redis.call('HMGET', key, 'state', 'token', 'shown')
if not s[1] or s[2] ~= ARGV[2] then return 0 end
if ARGV[6] ~= '' then answered('assistant', ARGV[6]) end
redis.call('HSET', key, 'result', ARGV[5])
if s[1] == 'superseded' then return 2 end
if s[1] == 'leased' then
  if not s[3] then emit(ARGV[3]) end
  redis.call('HSET', key, 'state', 'made', 'shown', 1)
  emit(ARGV[4])
end
return 1
