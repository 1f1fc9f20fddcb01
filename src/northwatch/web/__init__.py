"""The picture, in; pages, out."""
