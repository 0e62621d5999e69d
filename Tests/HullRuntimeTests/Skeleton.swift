// The skeleton of HullRuntimeTests; its owner replaces this file.
