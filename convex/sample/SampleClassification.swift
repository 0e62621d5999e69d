import Hull

// The branches of the sample, and what its products are classified by.

extension SampleLoader {
  func loadBranches() async throws -> [ID<Branch>] {
    let branches = [
      Branch(
        code: "PUSAT",
        name: "Cabang Pusat",
        address: "Jl. Fatmawati No. 1",
        city: "Jakarta Selatan",
        province: "DKI Jakarta",
        postalCode: "12420",
        phone: "0217500001",
        isActive: true
      ),
      Branch(
        code: "BANDUNG",
        name: "Cabang Bandung",
        address: "Jl. Riau No. 20",
        city: "Bandung",
        province: "Jawa Barat",
        postalCode: "40115",
        phone: "0224200002",
        isActive: true
      ),
    ]
    var ids: [ID<Branch>] = []
    for branch in branches {
      let (id, _) = try await row(try await self.branch(branch.code)) {
        try await ctx.db.insert(branch)
      }
      ids.append(id)
    }
    return ids
  }

  /// The branch with a code, deleted or not.
  func branch(_ code: String) async throws -> ID<Branch>? {
    try await ctx.db.query(Branch.self).withIndex(Branch.byCode) { $0.eq(code) }.first()?.id
  }

  func loadProductCategories() async throws -> [String: ID<ProductCategory>] {
    var ids: [String: ID<ProductCategory>] = [:]
    for (code, name) in [
      ("MAKANAN", "Makanan"), ("AKSESORI", "Aksesori"), ("PERAWATAN", "Perawatan"),
      ("OBAT", "Obat"), ("LAYANAN", "Layanan"),
    ] {
      ids[code] = try await row(
        try await ctx.db.query(ProductCategory.self)
          .withIndex(ProductCategory.byCode) { $0.eq(code) }
          .first()?.id
      ) {
        try await ctx.db.insert(ProductCategory(code: code, name: name, isActive: true))
      }.id
    }
    return ids
  }

  func loadBrands() async throws -> [String: ID<Brand>] {
    var ids: [String: ID<Brand>] = [:]
    for (code, name) in [
      ("RC", "Royal Canin"), ("WHK", "Whiskas"), ("BYR", "Bayer"), ("LKL", "Lokal"),
    ] {
      ids[code] = try await row(
        try await ctx.db.query(Brand.self).withIndex(Brand.byCode) { $0.eq(code) }.first()?.id
      ) {
        try await ctx.db.insert(Brand(code: code, name: name, isActive: true))
      }.id
    }
    return ids
  }

  func loadUnits() async throws -> [String: ID<Unit>] {
    var ids: [String: ID<Unit>] = [:]
    for (code, name) in [
      ("PCS", "Buah"), ("KG", "Kilogram"), ("BTL", "Botol"), ("X", "Kali"),
    ] {
      ids[code] = try await row(
        try await ctx.db.query(Unit.self).withIndex(Unit.byCode) { $0.eq(code) }.first()?.id
      ) {
        try await ctx.db.insert(Unit(code: code, name: name, isBase: true, isActive: true))
      }.id
    }
    return ids
  }
}
