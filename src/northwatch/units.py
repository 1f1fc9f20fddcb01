"""The units of the sea and of AIS, and the factors between them, written nowhere else."""

from typing import Final

METRES_PER_NAUTICAL_MILE: Final = 1852.0
KNOT_MPS: Final = METRES_PER_NAUTICAL_MILE / 3600.0
MS_PER_S: Final = 1000
MS_PER_H: Final = 3_600_000
MS_PER_DAY: Final = 86_400_000

# AIS sends latitude and longitude in ten-thousandths of a minute (ITU-R M.1371-5, table 48).
AIS_UNITS_PER_DEGREE: Final = 600_000
# AIS sends speed and course over ground in tenths (same table).
AIS_TENTHS: Final = 10

# Mean radius R1 of WGS 84, metres: every threshold and crossing is taken on this sphere.
SPHERE_RADIUS_M: Final = 6_371_008.8
# WGS 84 (EPSG:7030).
WGS84_A_M: Final = 6_378_137.0
WGS84_INVERSE_FLATTENING: Final = 298.257223563
