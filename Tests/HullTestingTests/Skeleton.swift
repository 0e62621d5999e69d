// The skeleton of HullTestingTests; its owner replaces this file.
