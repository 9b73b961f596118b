"""The search for better calendars: what may be decided, within which limits, for which objectives."""
