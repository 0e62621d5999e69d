import Hull

// What a customer owes and has paid.

/// What a customer owes the shop.
@ConvexObject
struct CustomerOutstanding {
  var customer: Document<Customer>
  var summary: OutstandingSummary
  /// Oldest first.
  var outstandingInvoices: [OutstandingInvoice]
  /// Newest first; absent unless asked for.
  var paymentHistory: [ReceivedPayment]?
}

/// What the open invoices of a customer come to.
@ConvexObject
struct OutstandingSummary {
  var totalOutstanding: Double
  var invoiceCount: Double
  /// Absent when nothing is owed.
  var oldestInvoiceDate: Double?
  /// Zero when nothing is owed.
  var averageDaysOutstanding: Double

  init(_ invoices: [OutstandingInvoice]) {
    totalOutstanding = invoices.map(\.outstandingAmount).rupiahTotal
    invoiceCount = Double(invoices.count)
    oldestInvoiceDate = invoices.map(\.invoiceDate).min()
    averageDaysOutstanding =
      invoices.isEmpty ? 0 : invoices.map(\.daysOutstanding).reduce(0, +) / invoiceCount
  }
}

/// A sale or a clinic visit that is not paid in full.
@ConvexObject
struct OutstandingInvoice {
  /// `SALE` or `CLINIC`.
  var type: String
  /// The id of the sale or appointment.
  var id: String
  var invoiceNumber: String
  var invoiceDate: Double
  var dueDate: Double?
  var totalAmount: Double
  var paidAmount: Double
  var outstandingAmount: Double
  /// Whole days since the invoice.
  var daysOutstanding: Double
  var status: String
}

/// A payment a customer made.
@ConvexObject
struct ReceivedPayment {
  var paymentDate: Double
  var amount: Double
  var paymentMethod: String
  var referenceNumber: String?
  var notes: String?
}

extension OutstandingInvoice {
  init(_ sale: Document<Sale>, at now: Double) {
    type = "SALE"
    id = sale.id.string
    invoiceNumber = sale.saleNumber
    invoiceDate = sale.saleDate
    dueDate = sale.dueDate
    totalAmount = sale.totalAmount
    paidAmount = sale.paidAmount
    outstandingAmount = sale.outstandingAmount
    daysOutstanding = Self.days(from: sale.saleDate, to: now)
    status = sale.status
  }

  init(_ appointment: Document<ClinicAppointment>, at now: Double) {
    type = "CLINIC"
    id = appointment.id.string
    invoiceNumber = appointment.appointmentNumber
    invoiceDate = appointment.appointmentDate
    totalAmount = appointment.totalAmount
    paidAmount = appointment.paidAmount
    outstandingAmount = appointment.outstandingAmount
    daysOutstanding = Self.days(from: appointment.appointmentDate, to: now)
    status = appointment.status
  }

  private static func days(from date: Double, to now: Double) -> Double {
    ((now - date) / 86_400_000).rounded(.down)
  }
}

extension ReceivedPayment {
  init(_ payment: SalePayment) {
    paymentDate = payment.paymentDate
    amount = payment.amount
    paymentMethod = payment.paymentMethod
    referenceNumber = payment.referenceNumber
    notes = payment.notes
  }

  init(_ payment: ClinicPayment) {
    paymentDate = payment.paymentDate
    amount = payment.amount
    paymentMethod = payment.paymentMethod
    referenceNumber = payment.referenceNumber
    notes = payment.notes
  }
}
