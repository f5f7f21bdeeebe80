-- Give a suggestion back, whose worker ends: it is begun anew by another.
-- KEYS: call   ARGV: id, token
local key = suggestion_key(ARGV[1])
if redis.call('HGET', key, 'token') ~= ARGV[2] then return 0 end
redis.call('HDEL', key, 'token', 'until')
redis.call('HINCRBY', key, 'attempts', -1)
redis.call('ZADD', 'ledger', now_ms(), suggestion_item(ARGV[1]))
return 1
