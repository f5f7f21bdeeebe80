"""The built-in engine: a small process of its own that answers the OpenAI wire protocol without a key or a
network.

Speech is recognised by pocketsphinx (or faster-whisper, where that is installed), conversations are answered
by rules. The rest of Earpiece meets it over HTTP only, as it meets any other engine; it imports nothing of
theirs.
"""
