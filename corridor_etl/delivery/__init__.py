"""Mails: making a message, the outbox it waits in, and sending it. What an issue says belongs to ``reports``."""
