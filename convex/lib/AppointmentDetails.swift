import Hull

// Appointments with the rows they refer to.

/// An appointment in a list.
@ConvexObject
struct AppointmentInList {
  @Flatten var appointment: Document<ClinicAppointment>
  var customer: Nullable<Encoded<Customer>>
  var pet: Nullable<Encoded<CustomerPet>>
  var staff: Nullable<Encoded<ClinicStaff>>
  var branch: Nullable<Encoded<Branch>>
  /// The lines of its bill.
  var serviceCount: Double
}

/// An appointment with its bill.
@ConvexObject
struct AppointmentDetails {
  @Flatten var appointment: Document<ClinicAppointment>
  var customer: Nullable<Encoded<Customer>>
  var pet: Nullable<Encoded<CustomerPet>>
  var staff: Nullable<Encoded<ClinicStaff>>
  var branch: Nullable<Encoded<Branch>>
  var services: [ServiceLineDetails]
  var payments: [Document<ClinicPayment>]
}

/// A line of an appointment's bill with what it is about.
@ConvexObject
struct ServiceLineDetails {
  @Flatten var line: Document<ClinicAppointmentService>
  var service: Nullable<Encoded<Product>>
  var product: Nullable<Encoded<Product>>
  var variant: Nullable<Encoded<ProductVariant>>
}

extension DatabaseReading {
  /// Appointments with the rows they refer to, each of those read once.
  func withReferences(
    _ appointments: [Document<ClinicAppointment>]
  ) async throws -> [AppointmentInList] {
    var customers = RowCache<Customer>()
    var pets = RowCache<CustomerPet>()
    var staff = RowCache<ClinicStaff>()
    var branches = RowCache<Branch>()
    var list: [AppointmentInList] = []
    for appointment in appointments {
      list.append(
        AppointmentInList(
          appointment: appointment,
          customer: try await customers.row(appointment.customerId, in: self),
          pet: try await pets.row(appointment.petId, in: self),
          staff: try await staff.row(appointment.staffId, in: self),
          branch: try await branches.row(appointment.branchId, in: self),
          serviceCount: Double(try await serviceLines(of: appointment.id).count)
        )
      )
    }
    return list
  }

  /// Lines of a bill with what they are about.
  func withProducts(
    _ lines: [Document<ClinicAppointmentService>]
  ) async throws -> [ServiceLineDetails] {
    var products = RowCache<Product>()
    var variants = RowCache<ProductVariant>()
    var details: [ServiceLineDetails] = []
    for line in lines {
      details.append(
        ServiceLineDetails(
          line: line,
          service: try await products.row(line.serviceId, in: self),
          product: try await products.row(ifPresent: line.productId, in: self),
          variant: try await variants.row(ifPresent: line.variantId, in: self)
        )
      )
    }
    return details
  }
}
