// The skeleton of PetShopTests; its owner replaces this file.
