-- Show what has been heard of an open window so far, unless its final words are told already. Nothing is recorded.
-- KEYS: call   ARGV: speaker, number of the window, event ('' when there is nothing to show)
local leg, number = leg_key(ARGV[1]), tonumber(ARGV[2])
redis.call('HDEL', leg, 'following')
local following = redis.call('HGET', leg, 'next')
if ARGV[3] == '' or not following or number < tonumber(following) then return 0 end
redis.call('HSET', leg, 'interim', number)
tell(ARGV[3])
return 1
