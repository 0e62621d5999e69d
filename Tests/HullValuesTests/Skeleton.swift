// The skeleton of HullValuesTests; its owner replaces this file.
