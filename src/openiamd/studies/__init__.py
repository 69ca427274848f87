"""Questions asked of the simulator: runs and results, no new physics."""
