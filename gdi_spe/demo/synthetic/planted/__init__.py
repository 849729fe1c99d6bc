"""Who and what is planted among the synthetic people: answers, families, tumours."""
