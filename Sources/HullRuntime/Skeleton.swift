// The skeleton of HullRuntime; its owner replaces this file.
