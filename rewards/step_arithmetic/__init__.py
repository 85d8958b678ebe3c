"""Every equation in the reasoning is true."""
