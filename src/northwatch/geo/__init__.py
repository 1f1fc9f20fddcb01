"""Arrays of places, in; distances, plane coordinates, zones and gate crossings, out. No ships."""
