// The skeleton of HullPersistence; its owner replaces this file.
