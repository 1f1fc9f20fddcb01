"""One step of the tables' form in each file."""
