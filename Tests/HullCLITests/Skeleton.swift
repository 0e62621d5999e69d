// The skeleton of HullCLITests; its owner replaces this file.
