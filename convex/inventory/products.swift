import Hull

/// The catalogue: goods, medicines, procedures and services.
@Functions("inventory/products")
enum Products {
  /// The most products a list holds: the most elements an array may have.
  static let maximumListed = 8_192

  /// Adds a product.
  ///
  /// Without a `sku` it gets a number of its type and day, such as `PRD-20260131-001`. `SKU_EXISTS`
  /// and `BARCODE_EXISTS` say that another live product has it.
  @Mutation
  static func create(
    _ ctx: MutationContext,
    sku: String?,
    barcode: String?,
    name: String,
    description: String?,
    categoryId: ID<ProductCategory>,
    subcategoryId: String?,
    brandId: ID<Brand>,
    unitId: ID<Unit>,
    purchasePrice: Double,
    sellingPrice: Double,
    minStock: Double,
    maxStock: Double,
    hasVariants: Bool,
    hasExpiry: Bool?,
    type: String?,
    serviceDuration: Double?
  ) async throws -> ID<Product> {
    let name = try Form.required(name, "name")
    let type = try ProductType(type)
    _ = try await ctx.db.live(categoryId)
    _ = try await ctx.db.live(brandId)
    _ = try await ctx.db.live(unitId)
    let product = Product(
      sku: try await articleNumber(sku, type, ctx),
      barcode: try await freeBarcode(barcode, in: ctx.db),
      name: name,
      description: description?.nonBlank,
      categoryId: categoryId,
      subcategoryId: subcategoryId?.nonBlank,
      brandId: brandId,
      unitId: unitId,
      purchasePrice: try Form.amount(purchasePrice, "purchasePrice"),
      sellingPrice: try Form.amount(sellingPrice, "sellingPrice"),
      minStock: try Form.finite(minStock, "minStock"),
      maxStock: try Form.finite(maxStock, "maxStock"),
      hasVariants: hasVariants,
      hasExpiry: hasExpiry ?? false,
      type: type.rawValue,
      serviceDuration: try serviceDuration.map { try Form.finite($0, "serviceDuration") },
      isActive: true
    )
    return try await ctx.db.insert(product)
  }

  /// The products of a type, else of a category, else of a brand, else all, in the order they were
  /// created: active ones, or all with `includeInactive`.
  @Query
  static func list(
    _ ctx: QueryContext,
    categoryId: ID<ProductCategory>?,
    brandId: ID<Brand>?,
    type: String?,
    includeInactive: Bool = false
  ) async throws -> [Document<Product>] {
    let products = ctx.db.query(Product.self)
    let chosen =
      if let type {
        products.withIndex(Product.byType) { $0.eq(type) }
      } else if let categoryId {
        products.withIndex(Product.byCategory) { $0.eq(categoryId) }
      } else if let brandId {
        products.withIndex(Product.byBrand) { $0.eq(brandId) }
      } else {
        products.fullTableScan()
      }
    return try await chosen.take(maximumListed, ofFirst: 2 * maximumListed) {
      $0.isLive && (includeInactive || $0.isActive)
    }
  }

  /// A product, deleted or not, with category, brand and unit.
  ///
  /// Null if there never was one.
  @Query
  static func get(_ ctx: QueryContext, id: ID<Product>) async throws -> ProductDetails? {
    guard let product = try await ctx.db.get(id) else { return nil }
    return ProductDetails(
      product: product,
      category: Nullable(try await ctx.db.getEncoded(product.categoryId)),
      brand: Nullable(try await ctx.db.getEncoded(product.brandId)),
      unit: Nullable(try await ctx.db.getEncoded(product.unitId))
    )
  }

  /// The number a product is known by: the chosen one, or the next free one of its type.
  private static func articleNumber(
    _ chosen: String?,
    _ type: ProductType,
    _ ctx: MutationContext
  ) async throws -> String {
    if let chosen = chosen?.nonBlank {
      guard try await ctx.db.product(sku: chosen) == nil else { throw Refusal.skuExists(chosen) }
      return chosen
    }
    var number = ""
    for _ in 0..<20 {
      number = try await ctx.db.documentNumber(type.prefix, at: ctx.now)
      if try await ctx.db.product(sku: number) == nil { return number }
    }
    throw Refusal.skuExists(number)
  }

  private static func freeBarcode(
    _ barcode: String?,
    in db: DatabaseWriter
  ) async throws -> String? {
    guard let barcode = barcode?.nonBlank else { return nil }
    let other = try await db.query(Product.self)
      .withIndex(Product.byBarcode) { $0.eq(barcode) }
      .filter(\.isLive)
      .first()
    guard other == nil else { throw Refusal.barcodeExists(barcode) }
    return barcode
  }
}

/// A product with what it is classified by; null for rows that are gone.
@ConvexObject
struct ProductDetails {
  @Flatten var product: Document<Product>
  var category: Nullable<Encoded<ProductCategory>>
  var brand: Nullable<Encoded<Brand>>
  var unit: Nullable<Encoded<Unit>>
}

/// What kind of thing a product is.
private enum ProductType: String, CaseIterable {
  case product, medicine, procedure, service

  /// A type from a form; none is a product.
  ///
  /// - Throws: `VALIDATION` for another word.
  init(_ text: String?) throws {
    guard let text = text?.nonBlank else {
      self = .product
      return
    }
    guard let type = ProductType(rawValue: text) else {
      let types = ProductType.allCases.map(\.rawValue).joined(separator: ", ")
      throw Refusal.invalid(
        "type",
        "type must be one of \(types)",
        "Jenis produk harus salah satu dari \(types)"
      )
    }
    self = type
  }

  /// What the numbers of such products begin with.
  var prefix: String {
    switch self {
    case .product: "PRD"
    case .medicine: "MED"
    case .procedure: "PRC"
    case .service: "SVC"
    }
  }
}

extension DatabaseReading {
  /// The live product with an article number.
  fileprivate func product(sku: String) async throws -> Document<Product>? {
    try await query(Product.self)
      .withIndex(Product.bySku) { $0.eq(sku) }
      .filter(\.isLive)
      .first()
  }
}

extension Refusal {
  /// Another live product has the article number.
  fileprivate static func skuExists(_ sku: String) -> ConvexError {
    error(
      "SKU_EXISTS",
      "SKU already exists",
      "SKU \"\(sku)\" sudah digunakan",
      ["field": "sku", "value": .string(sku)]
    )
  }

  /// Another live product has the barcode.
  fileprivate static func barcodeExists(_ barcode: String) -> ConvexError {
    error(
      "BARCODE_EXISTS",
      "Barcode already exists",
      "Barcode \"\(barcode)\" sudah digunakan",
      ["field": "barcode", "value": .string(barcode)]
    )
  }
}
