-- The assistant is asked a question; the answer is a suggestion that supersedes nothing and is not superseded.
-- KEYS: call   ARGV: id, question, who asks, most questions a minute
-- Returns 1 it will be answered, 0 the call is unknown, -1 too many were asked
local id, most = ARGV[1], tonumber(ARGV[4])
local key = suggestion_key(id)
if redis.call('HEXISTS', call, 'status') == 0 then return 0 end
if redis.call('EXISTS', key) == 1 then return 1 end
local asked = redis.call('INCR', call .. ':asked')
if asked == 1 then redis.call('PEXPIRE', call .. ':asked', 60000) end
if asked > most then return -1 end
redis.call('HSET', key, 'state', 'pending', 'speaker', 'agent', 'trigger', ARGV[2], 'asked_by', ARGV[3], 'attempts', 0, 'asked_at', now_ms())
redis.call('PEXPIRE', key, KEEP_MS)
redis.call('SADD', call .. ':questions', id)
redis.call('PEXPIRE', call .. ':questions', KEEP_MS)
redis.call('ZADD', 'ledger', now_ms() + HINT_MS, suggestion_item(id))
return 1
