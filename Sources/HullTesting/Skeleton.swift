// The skeleton of HullTesting; its owner replaces this file.
