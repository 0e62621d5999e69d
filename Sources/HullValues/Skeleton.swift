// The skeleton of HullValues; its owner replaces this file.
