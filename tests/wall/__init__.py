"""What keeps one record out of every other place."""
