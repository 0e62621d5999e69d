import Hull

/// What customers owe.
@Functions("finance/accountsReceivable")
enum AccountsReceivable {
  /// A customer's completed sales and clinic visits that are not paid in full, oldest first, and with
  /// `includeHistory` the payments for the newest two hundred of each, newest first.
  @Query
  static func getCustomerOutstanding(
    _ ctx: QueryContext,
    customerId: ID<Customer>,
    includeHistory: Bool = false
  ) async throws -> CustomerOutstanding {
    let customer = try await ctx.db.live(customerId)
    let sales = try await ctx.db.unpaidSales(of: customerId)
      .map { OutstandingInvoice($0, at: ctx.now) }
    let visits = try await ctx.db.unpaidVisits(of: customerId)
      .map { OutstandingInvoice($0, at: ctx.now) }
    let invoices = (sales + visits).sorted {
      ($0.invoiceDate, $0.invoiceNumber) < ($1.invoiceDate, $1.invoiceNumber)
    }
    return CustomerOutstanding(
      customer: customer,
      summary: OutstandingSummary(invoices),
      outstandingInvoices: invoices,
      paymentHistory: includeHistory ? try await paymentHistory(ctx.db, of: customerId) : nil
    )
  }

  private static func paymentHistory(
    _ db: DatabaseReader,
    of customer: ID<Customer>
  ) async throws -> [ReceivedPayment] {
    var payments: [ReceivedPayment] = []
    let sales = try await db.query(Sale.self)
      .withIndex(Sale.byCustomerDate) { $0.eq(customer) }
      .order(.descending)
      .take(200)
    for sale in sales {
      payments += try await db.payments(for: sale.id).map { ReceivedPayment($0.value) }
    }
    let visits = try await db.query(ClinicAppointment.self)
      .withIndex(ClinicAppointment.byCustomer) { $0.eq(customer) }
      .order(.descending)
      .take(200)
    for visit in visits {
      payments += try await db.payments(for: visit.id).map { ReceivedPayment($0.value) }
    }
    return payments.sorted { $0.paymentDate > $1.paymentDate }
  }
}

extension DatabaseReading {
  /// The completed clinic visits of a customer that are not paid in full.
  fileprivate func unpaidVisits(
    of customer: ID<Customer>
  ) async throws -> [Document<ClinicAppointment>] {
    try await query(ClinicAppointment.self)
      .withIndex(ClinicAppointment.byCustomerDue) {
        $0.eq(customer).eq(AppointmentStatus.completed).gt(0)
      }
      .filter(\.isLive)
      .collect()
  }
}
