// The skeleton of HullTests; its owner replaces this file.
