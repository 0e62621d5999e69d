// The skeleton of HullCLI; its owner replaces this file.
