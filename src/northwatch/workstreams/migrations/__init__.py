"""The forms that a record's tables have had; one history for all records."""
