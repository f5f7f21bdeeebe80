-- Publish what a leg holds back, where its patience has run out.
-- KEYS: call   ARGV: speaker
-- Returns the ids of suggestions asked for
local asked = {}
if redis.call('EXISTS', leg_key(ARGV[1])) == 1 then 
  advance(ARGV[1], asked)
  report_lag(ARGV[1])
end
return asked
