"""How well speech is told from music and noise (workers/agents/sound.py), and where its weights come from."""
