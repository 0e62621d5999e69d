// The skeleton of HullPersistenceTests; its owner replaces this file.
