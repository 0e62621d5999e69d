// What the contention rows call: accounts, and money that moves between two of them.

public import Hull

/// An account under a number.
@Table("accounts")
public struct Account {
  var number: Double
  var balance: Double

  static let byNumber = index("by_number", \.number)
}

/// What is done to accounts.
@Functions("bank")
public enum Bank {
  /// Opens `count` accounts numbered from `first`, each with the same balance.
  @Mutation
  static func open(
    _ ctx: MutationContext,
    first: Int,
    count: Int,
    balance: Double
  ) async throws {
    for number in first..<(first + count) {
      _ = try await ctx.db.insert(Account(number: Double(number), balance: balance))
    }
  }

  /// Moves an amount from one account to another; overdrafts are allowed.
  @Mutation
  static func transfer(
    _ ctx: MutationContext,
    from: Double,
    to: Double,
    amount: Double
  ) async throws {
    let source = try await account(from, ctx.db)
    let target = try await account(to, ctx.db)
    try await ctx.db.patch(source.id, \.balance, to: source.balance - amount)
    try await ctx.db.patch(target.id, \.balance, to: target.balance + amount)
  }

  /// The sum of the balances of `count` accounts numbered from `first`.
  @Query
  static func total(_ ctx: QueryContext, first: Int, count: Int) async throws -> Double {
    let accounts = try await ctx.db.query(Account.self)
      .withIndex(Account.byNumber) { $0.gte(Double(first)).lt(Double(first + count)) }
      .collect()
    return accounts.reduce(0) { $0 + $1.balance }
  }

  private static func account(
    _ number: Double,
    _ db: some DatabaseReading
  ) async throws -> Document<Account> {
    let found = try await db.query(Account.self)
      .withIndex(Account.byNumber) { $0.eq(number) }
      .first()
    guard let found else { throw ConvexError("There is no account \(Int(number)).") }
    return found
  }
}
