"""What the user wrote: the scenario's schema, its reader and its checks."""
