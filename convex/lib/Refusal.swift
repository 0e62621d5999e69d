import Hull

/// Why a function refuses: an error clients can tell apart by code and show to people.
///
/// The data of the error is `{ code, message, userMessage, details? }`: `message` is English, for
/// developers, and `userMessage` Indonesian, for the people at the till.
enum Refusal {
  /// A referenced row is missing or deleted.
  static func notFound<T: Table>(_ id: ID<T>) -> ConvexError {
    notFound(T.self, key: id.string)
  }

  /// A row that was named by something other than its id is missing or deleted.
  static func notFound<T: Table>(_ table: T.Type, key: String) -> ConvexError {
    let noun = Noun(table)
    return error(
      "NOT_FOUND",
      "\(noun.english) not found",
      "\(noun.indonesian) tidak ditemukan",
      ["table": .string(T.tableName), "id": .string(key)]
    )
  }

  /// A unique business key is taken.
  static func duplicate<T: Table>(_ table: T.Type, field: String, value: String) -> ConvexError {
    let noun = Noun(table)
    return error(
      "DUPLICATE_ENTRY",
      "\(noun.english) with \(field) \"\(value)\" already exists",
      "\(noun.indonesian) dengan \(Noun.field(field)) \"\(value)\" sudah ada",
      ["field": .string(field), "value": .string(value)]
    )
  }

  /// An argument is of the right type and still makes no sense.
  ///
  /// - Parameters:
  ///   - field: The argument.
  ///   - message: What is wrong, in English.
  ///   - userMessage: What is wrong, in Indonesian.
  /// - Returns: A `VALIDATION` error.
  static func invalid(
    _ field: String,
    _ message: String,
    _ userMessage: String
  ) -> ConvexError {
    error("VALIDATION", message, userMessage, ["field": .string(field)])
  }

  /// The points are worth more than what is to be paid.
  static func pointsExceedAmount(maximum: Double) -> ConvexError {
    error(
      "VALIDATION",
      "The points are worth more than the sale; at most \(maximum.wholeText) fit",
      "Nilai poin melebihi nilai penjualan; maksimal \(maximum.wholeText) poin",
      ["field": "points", "maxPoints": .float64(maximum)]
    )
  }

  /// The state of a row forbids the operation.
  static func conflict(
    _ currentStatus: String,
    _ message: String,
    _ userMessage: String
  ) -> ConvexError {
    error("CONFLICT_STATE", message, userMessage, ["currentStatus": .string(currentStatus)])
  }

  /// The walk-in customer takes no part in the loyalty programme.
  static func walkInHasNoPoints() -> ConvexError {
    conflict(
      "WalkIn",
      "The walk-in customer neither earns nor redeems points",
      "Pelanggan umum tidak mengumpulkan poin"
    )
  }

  /// The sale is no draft any more.
  static func notDraft(_ sale: Sale) -> ConvexError {
    error(
      "STATUS_CONFLICT",
      "The sale is \(sale.status), not Draft",
      "Penjualan berstatus \(sale.status), bukan Draft",
      ["currentStatus": .string(sale.status)]
    )
  }

  /// A quantity that must be a positive whole number is not.
  static func invalidQuantity(_ quantity: Double) -> ConvexError {
    error(
      "INVALID_QUANTITY",
      "Quantity must be a positive whole number",
      "Jumlah harus bilangan bulat positif",
      ["quantity": .float64(quantity)]
    )
  }

  /// A quantity that must be positive is not.
  static func quantityNotPositive(_ quantity: Double) -> ConvexError {
    error(
      "INVALID_QUANTITY",
      "Quantity must be positive",
      "Jumlah harus lebih dari nol",
      ["quantity": .float64(quantity)]
    )
  }

  /// A branch has never held a product that it should hand out.
  static func noStock(of product: Product, branch: ID<Branch>) -> ConvexError {
    error(
      "NOT_FOUND",
      "\(product.name): Stock not found",
      "\(product.name): stok tidak ditemukan",
      ["table": .string(ProductStock.tableName), "id": .string(branch.string)]
    )
  }

  /// A branch holds less of a product than is needed.
  static func insufficientStock(
    of product: Product,
    available: Double,
    required: Double
  ) -> ConvexError {
    error(
      "INSUFFICIENT_STOCK",
      "\(product.name): Insufficient stock",
      "\(product.name): stok tidak mencukupi",
      ["available": .float64(available), "required": .float64(required)]
    )
  }

  /// A redemption takes more points than there are.
  static func insufficientPoints(balance: Double, requested: Double) -> ConvexError {
    error(
      "INSUFFICIENT_POINTS",
      "Insufficient points",
      "Poin tidak mencukupi",
      ["balance": .float64(balance), "requested": .float64(requested)]
    )
  }

  /// Builds the error.
  ///
  /// - Parameters:
  ///   - code: What clients tell refusals apart by.
  ///   - message: What is wrong, in English.
  ///   - userMessage: What is wrong, in Indonesian.
  ///   - details: What the code needs to be acted on; nil for none.
  /// - Returns: The error to throw.
  static func error(
    _ code: String,
    _ message: String,
    _ userMessage: String,
    _ details: ConvexValue? = nil
  ) -> ConvexError {
    guard let details else {
      return ConvexError([
        "code": .string(code), "message": .string(message), "userMessage": .string(userMessage),
      ])
    }
    return ConvexError([
      "code": .string(code),
      "message": .string(message),
      "userMessage": .string(userMessage),
      "details": details,
    ])
  }
}

/// What a table's rows and a form's fields are called in messages.
private struct Noun {
  let english: String
  let indonesian: String

  init(_ table: any Table.Type) {
    (english, indonesian) =
      switch table {
      case is Customer.Type: ("Customer", "Pelanggan")
      case is CustomerPet.Type: ("Pet", "Hewan")
      case is AnimalCategory.Type: ("Species", "Jenis hewan")
      case is AnimalSubcategory.Type: ("Subcategory", "Subjenis hewan")
      case is LoyaltyReward.Type: ("Reward", "Hadiah")
      case is CustomerHistory.Type: ("Event", "Kejadian")
      case is ClinicStaff.Type: ("Staff", "Staf")
      case is ClinicAppointment.Type: ("Appointment", "Janji temu")
      case is ClinicAppointmentService.Type: ("Service item", "Item layanan")
      case is PetMedicalRecord.Type: ("Medical record", "Rekam medis")
      case is HotelRoom.Type: ("Room", "Kandang")
      case is HotelBooking.Type: ("Booking", "Booking")
      case is HotelBookingService.Type: ("Service", "Layanan")
      case is HotelConsumable.Type: ("Consumable", "Konsumsi")
      case is HotelPayment.Type: ("Payment", "Pembayaran")
      case is Product.Type: ("Product", "Produk")
      case is ProductVariant.Type: ("Product variant", "Varian produk")
      case is Branch.Type: ("Branch", "Cabang")
      case is Sale.Type: ("Sale", "Penjualan")
      case is SaleItem.Type: ("Sale item", "Item penjualan")
      case is ProductCategory.Type: ("Product category", "Kategori produk")
      case is Brand.Type: ("Brand", "Merek")
      case is Unit.Type: ("Unit", "Satuan")
      default: ("Row", "Data")
      }
  }

  static func field(_ name: String) -> String {
    switch name {
    case "code": "kode"
    case "name": "nama"
    case "microchipNumber": "nomor microchip"
    case "sku": "SKU"
    default: name
    }
  }
}
