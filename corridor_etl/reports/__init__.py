"""Issues: what a weekly report says, draws and looks like, and whether it may be sent.

``context`` gathers the figures of one week, ``wording`` and ``attention`` turn them into sentences, ``charts``
draws them, ``render`` fills the templates, ``checks`` refuses what is not fit and ``issue`` freezes the files.
How a mail is put together belongs to ``delivery``.
"""
