"""What runs by itself: its settings, its jobs, the notes it leaves, and the form that shows all of it."""
