"""Who is selected: one evaluator for cohorts, Beacon requests and notebooks alike."""
