import Hull
import HullTesting

@testable import PetShop

// Rows that tests need around what they test, put in past all functions.

extension Shop {
  func branch() async throws -> ID<Branch> {
    try await backend.run {
      try await $0.db.insert(Branch(code: "PUSAT", name: "Pusat", isActive: true))
    }
  }

  func product(_ name: String, type: String? = "product") async throws -> ID<Product> {
    try await backend.run { ctx in
      let category = try await ctx.db.insert(
        ProductCategory(code: "C", name: "C", isActive: true)
      )
      let brand = try await ctx.db.insert(Brand(code: "B", name: "B", isActive: true))
      let unit = try await ctx.db.insert(Unit(code: "U", name: "U", isBase: true, isActive: true))
      return try await ctx.db.insert(
        Product(
          sku: name,
          name: name,
          categoryId: category,
          brandId: brand,
          unitId: unit,
          purchasePrice: 5_000,
          sellingPrice: 8_000,
          minStock: 0,
          maxStock: 100,
          hasVariants: false,
          type: type,
          isActive: true
        )
      )
    }
  }

  func variant(_ value: String, of product: ID<Product>) async throws -> ID<ProductVariant> {
    try await backend.run { ctx in
      try await ctx.db.insert(
        ProductVariant(
          productId: product,
          variantName: "Ukuran",
          variantValue: value,
          sku: value,
          purchasePrice: 5_000,
          sellingPrice: 8_000,
          isActive: true
        )
      )
    }
  }

  func stock(
    _ quantity: Double,
    of product: ID<Product>,
    at branch: ID<Branch>,
    variant: ID<ProductVariant>? = nil
  ) async throws -> ID<ProductStock> {
    try await backend.run { ctx in
      try await ctx.db.insert(
        ProductStock(
          branchId: branch,
          productId: product,
          variantId: variant,
          quantity: quantity,
          averageCost: 5_000,
          lastUpdated: ctx.now
        )
      )
    }
  }

  /// A draft with one line.
  func sale(
    of amount: Double,
    to customer: ID<Customer>,
    at branch: ID<Branch>,
    status: String = "Draft"
  ) async throws -> ID<Sale> {
    let product = try await product("Line")
    return try await backend.run { ctx in
      let sale = try await ctx.db.insert(
        Sale(
          saleNumber: "INV-1",
          branchId: branch,
          customerId: customer,
          saleDate: ctx.now,
          status: status,
          subtotal: amount,
          discountAmount: 0,
          discountType: "nominal",
          taxAmount: 0,
          taxRate: 0,
          totalAmount: amount,
          paidAmount: 0,
          outstandingAmount: amount
        )
      )
      _ = try await ctx.db.insert(
        SaleItem(
          saleId: sale,
          productId: product,
          quantity: 1,
          unitPrice: amount,
          discountAmount: 0,
          discountType: "nominal",
          subtotal: amount,
          cogs: 0
        )
      )
      return sale
    }
  }

  func appointment(
    of customer: ID<Customer>,
    pet: ID<CustomerPet>,
    status: String,
    date: Double
  ) async throws -> ID<ClinicAppointment> {
    let branch = try await branch()
    return try await backend.run { ctx in
      let staff = try await ctx.db.insert(
        ClinicStaff(code: "DR1", name: "Ratna", role: "vet", branchId: branch, isActive: true)
      )
      return try await ctx.db.insert(
        ClinicAppointment(
          appointmentNumber: "APT-1",
          branchId: branch,
          petId: pet,
          customerId: customer,
          staffId: staff,
          appointmentDate: date,
          appointmentTime: "09:00",
          status: status,
          subtotal: 0,
          discountAmount: 0,
          discountType: "nominal",
          taxAmount: 0,
          taxRate: 0,
          totalAmount: 0,
          paidAmount: 0,
          outstandingAmount: 0
        )
      )
    }
  }

  func booking(
    of customer: ID<Customer>,
    pet: ID<CustomerPet>,
    status: String,
    checkIn: Double = 1
  ) async throws -> ID<HotelBooking> {
    let branch = try await branch()
    return try await backend.run { ctx in
      let room = try await ctx.db.insert(
        HotelRoom(
          code: "R1",
          name: "Suite",
          branchId: branch,
          roomType: "suite",
          animalCategory: "Kucing",
          size: "M",
          dailyRate: 75_000,
          capacity: 1,
          amenities: [],
          status: "Available",
          isActive: true
        )
      )
      return try await ctx.db.insert(
        HotelBooking(
          bookingNumber: "HTL-1",
          branchId: branch,
          customerId: customer,
          petId: pet,
          roomId: room,
          checkInDate: checkIn,
          checkOutDate: checkIn + 1,
          status: status,
          numberOfDays: 1,
          dailyRate: 75_000,
          roomTotal: 75_000,
          servicesTotal: 0,
          consumablesTotal: 0,
          subtotal: 75_000,
          discountAmount: 0,
          discountType: "nominal",
          taxAmount: 0,
          taxRate: 0,
          totalAmount: 75_000,
          paidAmount: 0,
          outstandingAmount: 75_000,
          ownFood: true
        )
      )
    }
  }
}
