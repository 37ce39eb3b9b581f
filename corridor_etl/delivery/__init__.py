"""Mails: putting a message together, and the outbox it waits in. What an issue says belongs to ``reports``."""
