-- A part that all calls share has done its work.
-- KEYS: part   ARGV: name, message for people when it was in trouble
-- Returns 1 when people were told
return answered(ARGV[1], ARGV[2])
