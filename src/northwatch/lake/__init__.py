"""The picture's tables on disk: segments in, snapshots out."""
