import Hull

/// Finding customers, by what is typed or by an exact key.
@Functions("master_data/customers")
enum CustomerSearch {
  /// Customers whose code, phone or email begins with the query, or whose name has a word beginning
  /// with each word of it, ignoring case.
  ///
  /// Exact keys come first, then code, phone and email prefixes, then names by relevance. Without a
  /// query, the newest customers. At most `limit`, from 1 to 200, 50 unless given.
  @Query
  static func search(
    _ ctx: QueryContext,
    query: String,
    limit: Double?,
    includeInactive: Bool = false
  ) async throws -> [Document<Customer>] {
    let limit = try Form.limit(limit, default: 50, maximum: 200)
    guard let text = query.nonBlank else {
      return try await Customers.newestFirst(ctx, includeInactive: includeInactive).take(limit)
        .map { try $0.decoded() }
    }
    var found: [Document<Customer>] = []
    var seen: Set<ID<Customer>> = []
    for customer in try await candidates(
      ctx.db,
      text,
      count: 2 * limit,
      includeInactive: includeInactive
    )
    where customer.isLive && (includeInactive || customer.isActive) {
      guard found.count < limit else { break }
      if seen.insert(customer.id).inserted { found.append(customer) }
    }
    return found
  }

  /// The customer with exactly this phone, email or code: one of the three, written in any way.
  ///
  /// The oldest of several with one phone; null if there is none.
  @Query
  static func lookup(
    _ ctx: QueryContext,
    phone: String?,
    email: String?,
    code: String?
  ) async throws -> Document<Customer>? {
    _ = try Form.exactlyOne(("phone", phone), ("email", email), ("code", code))
    if let phone = phone.flatMap(ContactKeys.phone) {
      return try await ctx.db.customers(phone: phone).filter(\.isLive).first()
    }
    if let email = email.flatMap(ContactKeys.email) {
      return try await ctx.db.customers(email: email).filter(\.isLive).first()
    }
    guard let code = code?.nonBlank else { return nil }
    return try await ctx.db.customer(code: code.uppercased())
  }

  /// What the indexes offer for a text, best first, with repetitions and hidden rows.
  private static func candidates(
    _ db: DatabaseReader,
    _ text: String,
    count: Int,
    includeInactive: Bool
  ) async throws -> [Document<Customer>] {
    let code = text.uppercased()
    let byCode = try await db.query(Customer.self)
      .withIndex(Customer.byCode) { $0.hasPrefix(code) }
      .take(count)

    let phone = ContactKeys.phonePrefix(text)
    var byPhone: [Document<Customer>] = []
    if let phone {
      byPhone = try await db.query(Customer.self)
        .withIndex(Customer.byPhoneNormalized) { $0.hasPrefix(phone) }
        .take(count)
    }

    let email = ContactKeys.emailPrefix(text)
    var byEmail: [Document<Customer>] = []
    if let email {
      byEmail = try await db.query(Customer.self)
        .withIndex(Customer.byEmail) { $0.hasPrefix(email) }
        .take(count)
    }

    return byCode.filter { $0.code == code }
      + byPhone.filter { $0.phoneNormalized == phone }
      + byEmail.filter { $0.emailNormalized == email }
      + byCode + byPhone + byEmail
      + (try await named(db, text, count: count, includeInactive: includeInactive))
  }

  /// The customers whose name has a word for each word of the text.
  ///
  /// The index matches any word, and beginnings only of the last one, so its results are sifted.
  private static func named(
    _ db: DatabaseReader,
    _ text: String,
    count: Int,
    includeInactive: Bool
  ) async throws -> [Document<Customer>] {
    guard text.contains(where: \.isLetter) else { return [] }
    let words = text.searchWords
    return try await db.query(Customer.self)
      .withSearchIndex(Customer.searchName, matching: text) {
        let live = $0.eq(\.deletedAt, nil)
        return includeInactive ? live : live.eq(\.isActive, true)
      }
      .take(count)
      .filter { customer in
        let name = customer.name.searchWords
        return words.allSatisfy { word in name.contains { $0.hasPrefix(word) } }
      }
  }
}
