"""The assistant: rules over a conversation, in place of a language model."""
