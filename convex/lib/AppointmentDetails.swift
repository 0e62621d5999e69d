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
    var customers = RowsByID<Customer>()
    var pets = RowsByID<CustomerPet>()
    var staff = RowsByID<ClinicStaff>()
    var branches = RowsByID<Branch>()
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
    var products = RowsByID<Product>()
    var variants = RowsByID<ProductVariant>()
    var details: [ServiceLineDetails] = []
    for line in lines {
      details.append(
        ServiceLineDetails(
          line: line,
          service: try await products.row(line.serviceId, in: self),
          product: try await products.row(line.productId, in: self),
          variant: try await variants.row(line.variantId, in: self)
        )
      )
    }
    return details
  }
}
