// The skeleton of EndToEndTests; its owner replaces this file.
