-- A suggestion's row is written: it leaves the ledger.
-- KEYS: call   ARGV: id, token
local key = suggestion_key(ARGV[1])
if redis.call('HGET', key, 'token') ~= ARGV[2] then return 0 end
redis.call('DEL', key)
redis.call('SREM', call .. ':questions', ARGV[1])
redis.call('ZREM', 'ledger', suggestion_item(ARGV[1]))
return 1
