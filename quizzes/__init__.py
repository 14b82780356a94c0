"""Quizzes: practice made of questions, taken as often as the quiz allows, and made by AI."""
