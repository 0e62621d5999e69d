// The skeleton of HullDatabase; its owner replaces this file.
