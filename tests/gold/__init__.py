"""Labelled sentences, in; their text and the labels' spans, out; and how proposals do on them."""
