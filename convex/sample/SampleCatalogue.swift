import Hull

/// A product of the sample.
struct SampleProduct {
  var sku: String
  var name: String
  var category: String
  var brand: String
  var unit: String
  /// Purchase and selling price in rupiah.
  var prices: (Double, Double)
  var type: String
  /// The sizes it comes in, each with its selling price.
  var variants: [(value: String, price: Double)] = []

  static let all = [
    SampleProduct(
      sku: "PRD-0001",
      name: "Royal Canin Adult 2 kg",
      category: "MAKANAN",
      brand: "RC",
      unit: "PCS",
      prices: (210_000, 265_000),
      type: "product"
    ),
    SampleProduct(
      sku: "PRD-0002",
      name: "Whiskas Tuna 1,2 kg",
      category: "MAKANAN",
      brand: "WHK",
      unit: "PCS",
      prices: (58_000, 75_000),
      type: "product"
    ),
    SampleProduct(
      sku: "PRD-0003",
      name: "Whiskas Pouch Salmon 80 g",
      category: "MAKANAN",
      brand: "WHK",
      unit: "PCS",
      prices: (6_000, 8_500),
      type: "product"
    ),
    SampleProduct(
      sku: "PRD-0004",
      name: "Pelet Kelinci 1 kg",
      category: "MAKANAN",
      brand: "LKL",
      unit: "KG",
      prices: (22_000, 32_000),
      type: "product"
    ),
    SampleProduct(
      sku: "PRD-0005",
      name: "Pasir Kucing Bentonite 10 L",
      category: "AKSESORI",
      brand: "LKL",
      unit: "PCS",
      prices: (45_000, 62_000),
      type: "product"
    ),
    SampleProduct(
      sku: "PRD-0006",
      name: "Kalung Anjing",
      category: "AKSESORI",
      brand: "LKL",
      unit: "PCS",
      prices: (25_000, 45_000),
      type: "product",
      variants: [("S", 40_000), ("L", 55_000)]
    ),
    SampleProduct(
      sku: "PRD-0007",
      name: "Mainan Bola Karet",
      category: "AKSESORI",
      brand: "LKL",
      unit: "PCS",
      prices: (9_000, 18_000),
      type: "product"
    ),
    SampleProduct(
      sku: "PRD-0008",
      name: "Sampo Anti Kutu 250 ml",
      category: "PERAWATAN",
      brand: "LKL",
      unit: "BTL",
      prices: (28_000, 46_000),
      type: "product"
    ),
    SampleProduct(
      sku: "PRD-0009",
      name: "Sikat Bulu",
      category: "PERAWATAN",
      brand: "LKL",
      unit: "PCS",
      prices: (20_000, 35_000),
      type: "product"
    ),
    SampleProduct(
      sku: "MED-0001",
      name: "Drontal Cat",
      category: "OBAT",
      brand: "BYR",
      unit: "PCS",
      prices: (21_000, 30_000),
      type: "medicine"
    ),
    SampleProduct(
      sku: "MED-0002",
      name: "Obat Tetes Mata 10 ml",
      category: "OBAT",
      brand: "BYR",
      unit: "BTL",
      prices: (35_000, 52_000),
      type: "medicine"
    ),
    SampleProduct(
      sku: "MED-0003",
      name: "Vitamin Bulu 60 ml",
      category: "OBAT",
      brand: "BYR",
      unit: "BTL",
      prices: (40_000, 60_000),
      type: "medicine"
    ),
    SampleProduct(
      sku: "PRC-0001",
      name: "Vaksinasi Rabies",
      category: "LAYANAN",
      brand: "LKL",
      unit: "X",
      prices: (0, 180_000),
      type: "procedure"
    ),
    SampleProduct(
      sku: "PRC-0002",
      name: "Sterilisasi Kucing",
      category: "LAYANAN",
      brand: "LKL",
      unit: "X",
      prices: (0, 750_000),
      type: "procedure"
    ),
    SampleProduct(
      sku: "SVC-0001",
      name: "Pemeriksaan Umum",
      category: "LAYANAN",
      brand: "LKL",
      unit: "X",
      prices: (0, 100_000),
      type: "service"
    ),
    SampleProduct(
      sku: "SVC-0002",
      name: "Grooming Dasar",
      category: "LAYANAN",
      brand: "LKL",
      unit: "X",
      prices: (0, 85_000),
      type: "service"
    ),
    SampleProduct(
      sku: "SVC-0003",
      name: "Grooming Lengkap",
      category: "LAYANAN",
      brand: "LKL",
      unit: "X",
      prices: (0, 150_000),
      type: "service"
    ),
    SampleProduct(
      sku: "SVC-0004",
      name: "Potong Kuku",
      category: "LAYANAN",
      brand: "LKL",
      unit: "X",
      prices: (0, 25_000),
      type: "service"
    ),
  ]
}

extension SampleLoader {
  func loadCatalogue() async throws {
    let branches = try await loadBranches()
    let categories = try await loadProductCategories()
    let brands = try await loadBrands()
    let units = try await loadUnits()
    for sample in SampleProduct.all {
      guard let category = categories[sample.category], let brand = brands[sample.brand],
        let unit = units[sample.unit]
      else { continue }
      let (product, isNew) = try await row(try await product(sample.sku)) {
        try await ctx.db.insert(
          Product(
            sku: sample.sku,
            name: sample.name,
            categoryId: category,
            brandId: brand,
            unitId: unit,
            purchasePrice: sample.prices.0,
            sellingPrice: sample.prices.1,
            minStock: 5,
            maxStock: 200,
            hasVariants: !sample.variants.isEmpty,
            type: sample.type,
            isActive: true
          )
        )
      }
      if isNew { try await stock(sample, as: product, at: branches) }
    }
  }

  /// The product with an article number, deleted or not.
  func product(_ sku: String) async throws -> ID<Product>? {
    try await ctx.db.query(Product.self).withIndex(Product.bySku) { $0.eq(sku) }.first()?.id
  }

  /// Puts fifty of a product, or of each of its variants, into each branch.
  private func stock(
    _ sample: SampleProduct,
    as product: ID<Product>,
    at branches: [ID<Branch>]
  ) async throws {
    var variants: [ID<ProductVariant>?] = []
    for variant in sample.variants {
      variants.append(
        try await ctx.db.insert(
          ProductVariant(
            productId: product,
            variantName: "Ukuran",
            variantValue: variant.value,
            sku: "\(sample.sku)-\(variant.value)",
            purchasePrice: sample.prices.0,
            sellingPrice: variant.price,
            isActive: true
          )
        )
      )
      countInserted(ProductVariant.self)
    }
    guard Product.isTracked(type: sample.type) else { return }
    if variants.isEmpty { variants = [nil] }
    for branch in branches {
      for variant in variants {
        _ = try await ctx.db.insert(
          ProductStock(
            branchId: branch,
            productId: product,
            variantId: variant,
            quantity: 50,
            averageCost: sample.prices.0,
            lastUpdated: ctx.now
          )
        )
        countInserted(ProductStock.self)
      }
    }
  }
}
