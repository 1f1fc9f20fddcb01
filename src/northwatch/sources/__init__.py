"""Files as suppliers send them, in; bytes with where they came from, out."""
