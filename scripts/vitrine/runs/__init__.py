"""What concerns runs of a study as a whole: who is at work in a folder, what a run costs, how far it is, what is kept of it."""
