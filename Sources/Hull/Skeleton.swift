// The skeleton of Hull; its owner replaces this file.
