import Hull

/// The species of the sample, with the groups within two of them.
enum SampleSpecies {
  static let all: [(name: String, icon: String, groups: [String])] = [
    ("Anjing", "🐕", ["Ras Kecil", "Ras Sedang", "Ras Besar"]),
    ("Kucing", "🐈", ["Bulu Pendek", "Bulu Panjang"]),
    ("Burung", "🐦", []),
    ("Kelinci", "🐇", []),
    ("Hamster", "🐹", []),
    ("Ikan", "🐠", []),
    ("Reptil", "🦎", []),
    ("Sugar Glider", "🐿️", []),
    ("Landak Mini", "🦔", []),
    ("Guinea Pig", "🐾", []),
  ]
}

extension SampleLoader {
  func loadSpecies() async throws {
    for species in SampleSpecies.all {
      let (id, _) = try await row(
        try await ctx.db.query(AnimalCategory.self)
          .withIndex(AnimalCategory.byName) { $0.eq(species.name) }
          .first()?.id
      ) {
        try await AnimalCategories.create(
          ctx,
          name: species.name,
          description: nil,
          icon: species.icon
        )
      }
      for group in species.groups {
        _ = try await row(try await subcategory(group, of: id)) {
          try await AnimalSubcategories.create(ctx, categoryId: id, name: group, description: nil)
        }
      }
    }
  }

  /// A group of a species by its name.
  func subcategory(
    _ name: String,
    of category: ID<AnimalCategory>
  ) async throws -> ID<AnimalSubcategory>? {
    try await ctx.db.query(AnimalSubcategory.self)
      .withIndex(AnimalSubcategory.byCategory) { $0.eq(category) }
      .filter { $0.name == name }
      .first()?.id
  }
}
