-- Lease a suggestion to a worker.
-- KEYS: call   ARGV: id, token, lease in ms
-- Returns {} when there is nothing to do, else {state, window, speaker, trigger, attempts, result, text, asked_by,
--   1 when the call has its row, ms for which the assistant, in trouble, is not to be asked}; window is -1 for a question
local id, token, lease = ARGV[1], ARGV[2], tonumber(ARGV[3])
local key = suggestion_key(id)
local s = redis.call('HMGET', key, 'state', 'window', 'speaker', 'trigger', 'until', 'result', 'text', 'asked_by')
if not s[1] then
  redis.call('ZREM', 'ledger', suggestion_item(id))
  return {}
end
local now = now_ms()
if s[5] and tonumber(s[5]) > now then return {} end
local attempts = redis.call('HINCRBY', key, 'attempts', 1)
redis.call('HSET', key, 'token', token, 'until', now + lease, 'lease', lease)
local to_make = s[1] == 'pending' or s[1] == 'leased'
if to_make then redis.call('HSET', key, 'state', 'leased', 'text', '', 'taken_at', now) end
redis.call('ZADD', 'ledger', now + lease, suggestion_item(id))
return {s[1], tonumber(s[2] or '-1'), s[3], s[4], attempts, s[6] or '', s[7] or '', s[8] or '', redis.call('HEXISTS', call, 'row'),
  to_make and wait_for('assistant') or 0}
