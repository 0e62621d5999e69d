import Hull

// The worked example of the loyalty programme: what one customer did, a week apart.

extension SampleSale {
  /// A sale of 7 500 000 rupiah.
  fileprivate static let first = SampleSale(
    customer: "CUST0001",
    branch: "PUSAT",
    daysAgo: 28,
    lines: [
      Line(sku: "PRD-0001", quantity: 20, pet: "Bruno"),
      Line(sku: "PRC-0002", quantity: 2),
      Line(sku: "PRC-0001", quantity: 2),
      Line(sku: "SVC-0003", quantity: 2, pet: "Bruno"),
      Line(sku: "PRD-0006", variant: "PRD-0006-S", quantity: 1, pet: "Bruno"),
    ],
    end: .submitted([
      PaymentInput(amount: 5_000_000, paymentMethod: "BANK_TRANSFER", referenceNumber: "TRF-1001"),
      PaymentInput(amount: 2_500_000, paymentMethod: "CASH"),
    ])
  )

  /// A sale of 1 305 000 rupiah, of which points pay 50 000.
  fileprivate static let withPoints = SampleSale(
    customer: "CUST0001",
    branch: "PUSAT",
    daysAgo: 14,
    lines: [
      Line(sku: "PRD-0001", quantity: 4, pet: "Bruno"),
      Line(sku: "PRD-0002", quantity: 2, pet: "Kitty"),
      Line(sku: "PRD-0006", variant: "PRD-0006-L", quantity: 1, pet: "Bruno"),
      Line(sku: "PRD-0006", variant: "PRD-0006-S", quantity: 1, pet: "Bruno"),
    ],
    pointsApplied: 500,
    end: .submitted([PaymentInput(amount: 1_255_000, paymentMethod: "DEBIT_CARD")])
  )
}

extension SampleAppointment {
  /// A visit of 2 600 000 rupiah.
  fileprivate static let example = SampleAppointment(
    customer: "CUST0001",
    pet: "Kitty",
    staff: "DRH001",
    daysFromNow: -21,
    time: "10:00",
    examination: ClinicalData(
      chiefComplaint: "Nafsu makan turun sejak dua hari",
      temperature: 38.6,
      weight: 4.2,
      heartRate: 180,
      physicalExamination: "Perut kembung, gusi normal",
      diagnosis: "Cacingan",
      treatmentPlan: "Obat cacing lima hari, kontrol setelah satu minggu"
    ),
    lines: [
      SampleAppointment.Line(sku: "SVC-0001", quantity: 2),
      SampleAppointment.Line(sku: "PRC-0002", quantity: 3),
      SampleAppointment.Line(sku: "MED-0001", quantity: 5, dosage: "1 tablet sehari"),
    ],
    payment: PaymentInput(amount: 2_600_000, paymentMethod: "DEBIT_CARD")
  )
}

extension SampleBooking {
  /// A stay of 450 000 rupiah.
  fileprivate static let example = SampleBooking(
    customer: "CUST0001",
    pet: "Bruno",
    room: "KDG003",
    daysFromNow: -10,
    days: 3,
    deposit: 150_000,
    payment: PaymentInput(amount: 300_000, paymentMethod: "CASH")
  )
}

extension SampleLoader {
  /// Lets the first customer of the sample do what the worked example says, in its order.
  func loadExample() async throws {
    let first = try await load(SampleSale.first)
    try await load(SampleAppointment.example)
    _ = try await load(SampleSale.withPoints)
    try await load(SampleBooking.example)
    if let first, first.isNew { try await refund(first.id) }
  }

  private func refund(_ sale: ID<Sale>) async throws {
    let refunded = try await SaleCompletion.refund(
      ctx,
      saleId: sale,
      reason: "Pesanan dikembalikan"
    )
    countEvent(earned: refunded.pointsReversed, redeemed: 0)
  }
}
