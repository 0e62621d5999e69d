import Hull

// How a customer is reached: phone, email, and what may be sent.

extension Customer {
  /// Sets phone and email with the keys they are found by.
  ///
  /// - Throws: `VALIDATION` if both are absent. A missing phone is stored as `-`.
  mutating func setContact(phone: String?, email: String?) throws {
    guard phone != nil || email != nil else {
      throw Refusal.invalid(
        "phone",
        "A phone number or an email address is needed",
        "Nomor telepon atau email wajib diisi"
      )
    }
    self.phone = phone ?? "-"
    self.email = email
    phoneNormalized = ContactKeys.phone(self.phone)
    emailNormalized = email.flatMap(ContactKeys.email)
  }

  /// Changes phone and email as far as the caller wants.
  ///
  /// - Throws: `VALIDATION` if the phone is removed and no email remains.
  mutating func changeContact(phone: Patch<String>, email: Patch<String>) throws {
    var newPhone: String? = self.phone
    var newEmail = self.email
    phone.apply(to: &newPhone)
    email.apply(to: &newEmail)
    try setContact(phone: newPhone, email: newEmail)
  }

  /// Changes the preferences as far as the caller wants.
  mutating func changePreferences(
    _ preferredContact: Patch<ContactChannel>,
    _ contactChannels: Patch<[ContactChannel]>,
    _ marketingOptIn: Patch<Bool>,
    at now: Double
  ) {
    preferredContact.apply(to: &self.preferredContact)
    contactChannels.map(\.withoutRepetition).apply(to: &self.contactChannels)
    switch marketingOptIn {
    case .unchanged: break
    case .clear: setMarketingOptIn(nil, at: now)
    case .set(let optIn): setMarketingOptIn(optIn, at: now)
    }
  }

  /// Records whether the customer wants advertising, and since when.
  mutating func setMarketingOptIn(_ optIn: Bool?, at now: Double) {
    switch (self.marketingOptIn ?? false, optIn ?? false) {
    case (false, true): marketingOptInAt = now
    case (_, false): marketingOptInAt = nil
    case (true, true): break
    }
    marketingOptIn = optIn
  }
}

extension DatabaseReading {
  /// The oldest active customer with a phone or, failing that, with an email.
  func activeCustomer(phone: String?, email: String?) async throws -> Document<Customer>? {
    if let phone = phone.flatMap(ContactKeys.phone),
      let known = try await customers(phone: phone).filter({ $0.isLive && $0.isActive }).first()
    {
      return known
    }
    guard let email = email.flatMap(ContactKeys.email) else { return nil }
    return try await customers(email: email).filter { $0.isLive && $0.isActive }.first()
  }

  /// The customers, deleted ones included, with a phone, given as ``ContactKeys/phone(_:)`` has it.
  func customers(phone: String) -> DocumentQuery<Document<Customer>> {
    query(Customer.self).withIndex(Customer.byPhoneNormalized) { $0.eq(phone) }
  }

  /// The customers, deleted ones included, with an email, as ``ContactKeys/email(_:)`` has it.
  func customers(email: String) -> DocumentQuery<Document<Customer>> {
    query(Customer.self).withIndex(Customer.byEmail) { $0.eq(email) }
  }
}

extension Patch {
  /// Does to an optional property what the caller asked for.
  func apply(to property: inout Wrapped?) {
    switch self {
    case .unchanged: break
    case .clear: property = nil
    case .set(let value): property = value
    }
  }
}

extension Array where Element: Hashable {
  /// Each element once, in the order of first appearance.
  var withoutRepetition: [Element] {
    var seen: Set<Element> = []
    return filter { seen.insert($0).inserted }
  }
}
