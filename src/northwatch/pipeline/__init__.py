"""Source files, in; the built picture, out: the steps in order over the lake."""
