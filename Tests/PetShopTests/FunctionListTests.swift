import Hull
import HullTesting
import Testing

@testable import PetShop

@Suite struct FunctionListTests {
  private static let internalPaths: Set = [
    "hotel/hotelBookings:recalculateTotal",
    "loyalty/engine:adjustPoints", "loyalty/engine:applyEvent", "loyalty/engine:auditCustomer",
    "loyalty/engine:recomputeAll", "loyalty/engine:recomputeCustomer",
    "loyalty/engine:reverseEvent", "master_data/customerPets:refreshVaccinationStatuses",
    "master_data/customers:backfillDerived", "seed:generateBatch", "seed:generateCustomers",
    "seed:insertSample", "seed:seedAll",
  ]

  @Test func `exactly the maintenance functions are internal`() throws {
    let functions = try PetShopApplication.application.functions.values
    #expect(Set(functions.filter { $0.visibility == .internal }.map(\.path)) == Self.internalPaths)
  }

  @Test(arguments: [
    (
      "sales/sales",
      [
        "addItem", "addPayment", "cancel", "clearItems", "create", "get",
        "getOutstandingByCustomer", "list", "refund", "remove", "removeItem", "submitSale",
        "updateDiscountAndTax", "updateHeader", "updateItem",
      ]
    ),
    ("inventory/products", ["create", "get", "list"]),
    ("inventory/productVariants", ["create", "listByProduct"]),
    ("inventory/productCategories", ["list"]),
    ("inventory/productStock", ["addInitialStock"]),
    ("master_data/branches", ["create", "get", "list", "remove", "update"]),
    ("finance/accountsReceivable", ["getCustomerOutstanding"]),
    (
      "clinic/clinicAppointments",
      [
        "cancel", "create", "get", "getClinicalData", "list", "pickupPrescription", "remove",
        "reschedule", "startExamination", "submitAppointment", "updateClinicalData",
        "updateDiscountAndTax",
      ]
    ),
    ("clinic/clinicAppointmentServices", ["create", "list", "pickupPrescription", "remove"]),
    ("clinic/clinicPayments", ["add", "list"]),
    ("clinic/clinicStaff", ["create", "get", "list", "remove", "update"]),
    ("clinic/petMedicalRecords", ["create", "get", "list", "listByPet", "remove", "update"]),
    (
      "hotel/hotelRooms",
      [
        "checkAvailability", "create", "get", "getAvailableRooms", "getByCode", "list", "remove",
        "update", "updateStatus",
      ]
    ),
    (
      "hotel/hotelBookings",
      [
        "cancel", "checkIn", "checkOut", "create", "generateInvoice", "get", "list", "remove",
        "updateDiscountAndTax",
      ]
    ),
    ("hotel/hotelBookingServices", ["add", "list", "remove", "update"]),
    ("hotel/hotelConsumables", ["add", "list", "remove", "update"]),
    ("hotel/hotelPayments", ["add", "getSummary", "list", "remove", "update"]),
  ])
  func `a module has exactly its public functions`(
    module: String,
    names: [String]
  ) throws {
    let functions = try PetShopApplication.application.functions.values
      .filter { $0.path.hasPrefix("\(module):") && $0.visibility == .public }
    #expect(functions.map(\.path).sorted() == names.map { "\(module):\($0)" })
  }

  @Test(arguments: [
    ("sales/sales:create", ["branchId", "customerId", "dueDate", "notes", "saleDate"]),
    (
      "sales/sales:addItem",
      [
        "discountAmount", "discountType", "notes", "petId", "productId", "quantity", "saleId",
        "unitPrice", "variantId",
      ]
    ),
    ("sales/sales:submitSale", ["dueDate", "payments", "saleId"]),
    (
      "sales/sales:addPayment",
      ["amount", "notes", "paymentDate", "paymentMethod", "referenceNumber", "saleId"]
    ),
    ("sales/sales:list", ["branchId", "customerId", "limit", "status"]),
    (
      "clinic/clinicAppointments:create",
      [
        "appointmentDate", "appointmentTime", "branchId", "customerId", "notes", "petId", "staffId",
      ]
    ),
    (
      "clinic/clinicAppointments:updateClinicalData",
      [
        "appointmentId", "bloodPressureDiastolic", "bloodPressureSystolic", "chiefComplaint",
        "diagnosis", "heartRate", "notes", "physicalExamination", "respiratoryRate",
        "temperature", "treatmentPlan", "weight",
      ]
    ),
    ("clinic/clinicAppointments:submitAppointment", ["appointmentId", "payments"]),
    (
      "clinic/clinicAppointments:list",
      ["appointmentDate", "branchId", "customerId", "limit", "petId", "staffId", "status"]
    ),
    (
      "clinic/clinicAppointmentServices:create",
      [
        "appointmentId", "discountAmount", "discountType", "isPrescription", "notes",
        "prescriptionDosage", "productId", "quantity", "serviceId", "unitPrice", "variantId",
      ]
    ),
    (
      "hotel/hotelBookings:create",
      [
        "branchId", "checkInDate", "checkOutDate", "customerId", "emergencyContact", "notes",
        "ownFood", "petId", "roomId", "specialRequests",
      ]
    ),
    ("hotel/hotelBookings:checkOut", ["actualCheckOutDate", "id", "notes", "payments"]),
    ("hotel/hotelBookings:list", ["branchId", "customerId", "limit", "roomId", "status"]),
    (
      "hotel/hotelRooms:getAvailableRooms",
      ["animalCategory", "branchId", "checkInDate", "checkOutDate", "roomType"]
    ),
    (
      "hotel/hotelConsumables:add",
      ["bookingId", "consumptionDate", "notes", "productId", "quantity", "variantId"]
    ),
    ("inventory/products:list", ["brandId", "categoryId", "includeInactive", "type"]),
    (
      "inventory/products:create",
      [
        "barcode", "brandId", "categoryId", "description", "hasExpiry", "hasVariants",
        "maxStock", "minStock", "name", "purchasePrice", "sellingPrice", "serviceDuration",
        "sku", "subcategoryId", "type", "unitId",
      ]
    ),
  ])
  func `a function takes exactly the arguments clients send`(
    path: String,
    names: [String]
  ) throws {
    let function = try #require(
      try PetShopApplication.application.functions.values.first { $0.path == path }
    )
    guard case .object(let fields) = function.args else {
      Issue.record("\(path) takes no object")
      return
    }
    #expect(fields.fields.map(\.name).sorted() == names)
  }

  @Test(arguments: internalPaths)
  func `an internal function called by a client answers as unknown`(path: String) async throws {
    let backend = try await TestBackend(PetShopApplication.self)
    for kind in FunctionKind.allCases {
      let answer = try await backend.client.call(path, kind)
      let unknown = try await backend.client.call("\(path)X", kind)
      guard case .failure(let error) = answer.result, case .failure(let other) = unknown.result
      else {
        Issue.record("\(path) answered as \(kind)")
        continue
      }
      #expect(error.message.contains("Could not find public function for '\(path)'"))
      #expect(
        Self.text(of: error) == Self.text(of: other).replacing("\(path)X", with: path)
      )
    }
  }

  /// The message without the name of its request.
  private static func text(of error: ClientError) -> String {
    error.message.replacing(/^\[Request ID: \w+\]/, with: "")
  }

  @Test func `every function is described and declares its result`() throws {
    for function in try PetShopApplication.application.functions.values {
      #expect(function.description?.isEmpty == false, "\(function.path)")
      #expect(function.returns != nil, "\(function.path)")
    }
  }
}
