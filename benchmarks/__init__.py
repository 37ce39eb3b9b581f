"""How fast the platform is beside what somebody would use instead, measured in one run on one machine."""
