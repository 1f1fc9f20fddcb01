"""Scripts that make what is shipped: geography, reference pages."""
