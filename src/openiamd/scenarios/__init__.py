"""The gallery: scenarios that come with the package."""
