// The skeleton of HullDatabaseTests; its owner replaces this file.
