"""Reports, in; clean positions and rejects with reasons, out."""
