// The skeleton of HullServer; its owner replaces this file.
