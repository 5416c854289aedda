"""What everything in the simulator rests on: HTTP values, clock, faults, settings, entities and their schema."""
