"""The question bank: subjects, questions and their versions, kinds, import and export."""
