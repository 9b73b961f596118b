"""What we ask of many runs of a season: measures, replications, and how sure we are of them."""
