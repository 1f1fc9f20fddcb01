"""northwatch: from raw AIS to the picture of access to the Arctic."""

__version__ = "0.1.0"
