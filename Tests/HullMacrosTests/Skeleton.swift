// The skeleton of HullMacrosTests; its owner replaces this file.
