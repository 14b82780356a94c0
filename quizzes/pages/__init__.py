"""Pages of quizzes."""
