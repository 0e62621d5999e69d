// The skeleton of TidyTests; its owner replaces this file.
