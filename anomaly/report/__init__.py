"""Puts incidents before a person: tables and a page on disk, a summary in the terminal. It never accuses."""
