// The skeleton of HullServerTests; its owner replaces this file.
